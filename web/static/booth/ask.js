// The association's server: where it is, in whose name it is asked, and asking again until it has
// answered. On its own origin the browser's cookie says who asks; from another one, a pass that the
// server has put into the address after the #, where no server on the way sees it.

const PATIENCE = 20_000; // milliseconds for one answer
const PAUSES = [0, 800, 2500, 6000]; // before each try
const KEPT = "stamma-booth:"; // by poll, for as long as the tab stands: a reload needs it again

export class Refusal extends Error {
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export class NoAnswer extends Error {}

// {name: its value in the address, at: the server's origin, pass}; throws where it names nothing.
export function addressed(name) {
  const said = new URLSearchParams(location.hash.slice(1));
  const value = said.get(name) ?? "";
  if (!/^[a-z0-9-]{1,40}$/.test(value)) throw new Error(`the address names no ${name}`);
  const kept = KEPT + name + value;
  if (said.get("pass")) {
    const given = { at: new URL(said.get("at")).origin, pass: said.get("pass") };
    sessionStorage.setItem(kept, JSON.stringify(given));
    // Not into the history, and not onto the screen.
    history.replaceState(null, "", `${location.pathname}#${name}=${value}`);
  }
  addEventListener("hashchange", () => location.reload());
  const { at = location.origin, pass = "" } = JSON.parse(sessionStorage.getItem(kept) ?? "{}");
  return { [name]: value, at, pass };
}

// Ask once and again; what changes something changes it once, however often it arrives. `path` is
// of the server's; with `sent` it is posted. `again` is told before each further try.
export async function ask({ at, pass }, path, { sent, again = () => {}, read = "json" } = {}) {
  const headers = { accept: "application/json" };
  if (pass) headers.authorization = `Bearer ${pass}`;
  if (sent) headers["content-type"] = "application/json";
  const body = sent && JSON.stringify(sent);
  const how = { method: sent ? "POST" : "GET", headers, body, cache: "no-store" };
  how.credentials = pass ? "omit" : "same-origin";
  for (const pause of PAUSES) {
    if (pause) {
      again();
      await new Promise((done) => { setTimeout(done, pause); });
    }
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch(at + path, { ...how, signal });
      const said = answer.ok ? await answer[read]() : await answer.json();
      if (answer.ok) return said;
      if (answer.status < 500 && answer.status !== 429) {
        throw new Refusal(said.error.code, said.error.message, answer.status);
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      // Lost on the way, there or back: the same once more.
    }
  }
  throw new NoAnswer();
}
