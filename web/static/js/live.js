// A page that opts in with data-live="<meeting>" follows the meeting without a reload: on news it
// fetches itself again and takes over every data-live-part. Without scripts, reloading does it.
const page = document.querySelector("[data-live]");
const connection = document.querySelector("[data-connection]");
const opened = document.querySelector("[data-opened]");
const BRIEFLY = 260; // milliseconds
const LONG = 1000;
let waiting = 0;
let lost = 0;
let restUntil = 0;

function follow() {
  const source = new EventSource(`/live/${page.dataset.live}`);
  let broken = false;
  source.addEventListener("news", (event) => {
    const { poll, within } = JSON.parse(event.data);
    if (within > LONG) announce(poll);
    look(within);
  });
  source.addEventListener("open", () => {
    clearTimeout(lost);
    connection.hidden = true;
    if (broken) look(); // what happened in between was not told
    broken = false;
  });
  source.addEventListener("error", () => {
    broken = true;
    clearTimeout(lost);
    // A short break is nobody's business.
    lost = setTimeout(() => { connection.hidden = false; }, 4000);
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

// Where so many follow that the page takes its time, a vote that has been opened is told before it.
function announce(poll) {
  if (!opened) return;
  const path = `/polls/${poll}`;
  const at = (name) => `[${name}="${path}"], [${name}^="${path}/"]`;
  const here = location.pathname === path || location.pathname.startsWith(`${path}/`);
  if (!poll || here || document.querySelector(`main :is(${at("href")}, ${at("action")})`)) {
    opened.replaceChildren();
    return;
  }
  if (opened.querySelector(at("href"))) return;
  const said = opened.nextElementSibling.content.cloneNode(true);
  said.querySelector("a").href = path;
  opened.replaceChildren(said);
}

// A thousand browsers hear the news at once: each waits a moment of its own before it asks, within
// the time that the server needs for so many, and after an answer that was long in coming it waits
// longer before it asks again.
function look(within = 0) {
  if (waiting) return;
  const rest = Math.max(0, restUntil - performance.now());
  waiting = setTimeout(async () => {
    waiting = 0;
    const asked = performance.now();
    try {
      await renew();
      announce(Number(opened?.querySelector("a")?.pathname.split("/")[2]));
    } catch {
      // The connection's own words are shown already; the next news, or a reload, tries again.
    }
    const answered = performance.now();
    restUntil = answered + Math.min(10_000, 4 * (answered - asked));
  }, rest + 40 + Math.random() * Math.max(BRIEFLY, within));
}

export async function renew() {
  // A page that answers a form stands at the form's address; data-live-path is its own.
  const path = page?.dataset.livePath || location.href;
  const answer = await fetch(path, { headers: { accept: "text/html" } });
  // While something is being sent, data-live-hold keeps the page as it is.
  if (page?.dataset.liveHold) return undefined;
  if (answer.redirected) return location.reload();
  if (!answer.ok || (page?.dataset.livePath || location.href) !== path) return undefined;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live-part]")) {
    const name = CSS.escape(part.dataset.livePart);
    const next = fresh.querySelector(`[data-live-part="${name}"]`);
    if (!next || next.innerHTML === part.innerHTML) continue;
    // What is about something else by now (data-live-key) is not being filled in any more.
    const moved = next.dataset.liveKey !== part.dataset.liveKey;
    if (moved || !beingFilledIn(part)) swap(part, next);
  }
  document.title = fresh.title;
  document.dispatchEvent(new CustomEvent("live:renewed"));
  return undefined;
}

// Nobody's half-written text or half-made choice is taken away.
function beingFilledIn(part) {
  return [...part.querySelectorAll("input, textarea, select")].some((field) => {
    if (field.type === "hidden") return false;
    if (field.type === "radio" || field.type === "checkbox") {
      return field.checked !== field.defaultChecked;
    }
    if (field.options) return [...field.options].some((o) => o.selected !== o.defaultSelected);
    return field.value !== field.defaultValue;
  });
}

function swap(part, next) {
  const focused = part.contains(document.activeElement) ? address(document.activeElement) : null;
  const open = [...part.querySelectorAll("details")].map((each) => each.open);
  for (const { name, value } of [...next.attributes]) part.setAttribute(name, value);
  part.replaceChildren(...next.childNodes);
  [...part.querySelectorAll("details")].forEach((each, index) => {
    if (open[index] !== undefined) each.open = open[index];
  });
  if (focused) {
    // Where the control is gone, the place that it was in: the focus must not fall to the top.
    part.tabIndex = -1;
    (part.querySelector(focused) ?? part).focus({ preventScroll: true });
  }
}

// How to find the same control in the new text.
function address(control) {
  if (control.id) return `#${CSS.escape(control.id)}`;
  const tag = control.localName;
  for (const key of ["href", "value", "name"]) {
    const said = control.getAttribute(key);
    if (said) return `${tag}[${key}="${CSS.escape(said)}"]`;
  }
  return tag;
}

if (page) {
  follow();
  // Back from another page, as it was left then.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    follow();
    look();
  });
}
