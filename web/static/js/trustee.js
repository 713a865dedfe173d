// A trustee's device. It keeps one seed, gives a backup of it before anything is sent, and then does
// each step of the ceremony by itself as soon as the others have done theirs. The seed never leaves.

import * as ceremony from "./ceremony.js";
import { renew } from "./live.js";
import { checkSum, openOnce } from "./opening.js";
import { Fault, supported } from "./tlog.js";

const page = document.querySelector("[data-trustee]");
const outcome = page.querySelector("[data-outcome]");
const progress = page.querySelector("[data-progress]");
const { board, number } = page.dataset;
const SEED = /[1-9A-HJ-NP-Za-km-z]{22}/;
const KEPT = `stamma-trustee:${board}:${number}`;

class Refusal extends Error {}
class Offline extends Error {}

const word = (code) => page.querySelector(`[data-words] [data-code="${code}"]`).textContent;

// What this browser keeps: {seed, saved}, `saved` when its owner has a backup.

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null");
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(value));
  } catch {
    // What could not be kept shows when it is read again.
  }
  if (kept()?.seed !== value.seed) throw new Refusal(word("unkept"));
}

// The server, asked in JSON.

async function ask(path, sent) {
  const headers = { accept: "application/json", "content-type": "application/json" };
  const how = sent ? { method: "POST", headers, body: JSON.stringify(sent) } : { headers };
  let answer;
  try {
    answer = await fetch(path, { ...how, cache: "no-store", signal: AbortSignal.timeout(60_000) });
  } catch {
    throw new Offline();
  }
  if (answer.status >= 500) throw new Offline();
  const said = await answer.json();
  if (!answer.ok) throw new Refusal(said.error.message);
  return said;
}

const task = () => ask(`/electoral-boards/${board}/task`);
const handIn = (step, message) => ask(`/electoral-boards/${board}/messages`, { step, message });

// The screen. Only what somebody has just asked for takes the focus.

function show(name, facts = {}, focus = false) {
  if (outcome.dataset.outcome === name && name !== "fails") return;
  const part = page.querySelector(`template[data-${name}]`).content.cloneNode(true);
  for (const place of part.querySelectorAll("[data-fact]")) {
    place.textContent = facts[place.dataset.fact];
  }
  for (const place of part.querySelectorAll("[data-restore]")) {
    place.append(page.querySelector("template[data-restoring]").content.cloneNode(true));
  }
  outcome.replaceChildren(part);
  outcome.dataset.outcome = name;
  outcome.setAttribute("role", "group");
  outcome.setAttribute("aria-labelledby", "outcome-title");
  for (const link of outcome.querySelectorAll("a[data-do=download]")) offer(link);
  if (focus) outcome.focus();
}

function offer(link) {
  const { meeting, name, file } = page.dataset;
  const text = [word("backup"), meeting, name, kept().seed, ""].join("\n");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = file;
}

// The ceremony: whatever the board waits for from this device, until it waits for others.

async function proceed({ focus = false, anew = false } = {}) {
  if (page.dataset.lost !== undefined) return show("lost");
  const own = kept();
  if (!own) return show(page.dataset.fingerprint ? "elsewhere" : "begin");
  if (!own.saved) return show("backup", { seed: spaced(own.seed) }, focus);
  let asked = await task();
  const keys = await ceremony.keysOf(own.seed);
  if (anew) asked = await handIn("certificate", await ceremony.makeCertificate(keys));
  while (asked.yours) {
    progress.textContent = word("working");
    asked = await step(keys, asked);
  }
  const listed = asked.certificates.map(({ message }) => message);
  const { message } = await ceremony.makeCertificate(keys);
  if (listed.length && listed[asked.number - 1] !== message) return show("elsewhere");
  if (asked.step !== "ready") return show("working", {}, focus);
  const parsed = await ceremony.parseCertificates(asked.certificates);
  const whole = await ceremony.boardFingerprint(parsed, asked.needed);
  return show("ready", { board: whole }, focus);
}

const spaced = (seed) => seed.match(/.{1,4}/g).join(" ");

async function step(keys, asked) {
  const { needed } = asked;
  const certificates = await ceremony.parseCertificates(asked.certificates);
  switch (asked.step) {
    case "certificate":
      return handIn("certificate", await ceremony.makeCertificate(keys));
    case "pledge": {
      const { commitments } = await ceremony.contribute(keys, certificates, needed);
      return handIn("pledge", await ceremony.pledge(commitments));
    }
    case "contribution":
      return handIn("contribution", await ceremony.contribute(keys, certificates, needed));
    case "public-key":
      return handIn("public-key", (await share(keys, asked)).key);
    default: {
      const { secret } = await share(keys, asked);
      return handIn("check", await ceremony.answerKeyCheck(secret, asked.nonce));
    }
  }
}

// The private share, computed again whenever it is needed. Where another's part does not hold, the
// board is told whose.
async function share(keys, { certificates, needed, pledges, contributions, step: at }) {
  const parsed = await ceremony.parseCertificates(certificates);
  try {
    return await ceremony.finish(keys, parsed, needed, pledges, contributions);
  } catch (error) {
    const { trustee } = error.facts ?? {};
    if (!trustee || at !== "public-key") throw error;
    await handIn("blame", trustee);
    throw new Refusal(word("blamed"));
  }
}

// Opening.

const FEWEST = 5; // voters, below whom numbers say who chose what

let opened = ""; // how many ballots' sum was opened last: it stays on the screen

async function open(poll, isTold) {
  opened = "";
  progress.textContent = word("adding");
  const given = await ask(`/polls/${poll}/opening`);
  const sum = await checkSum(given, (added, all) => {
    if (added % 10 === 0) progress.textContent = counted("added", { added, all });
  });
  if (sum.voters < FEWEST && !isTold) throw new Fault("few");
  progress.textContent = word("opening");
  const keys = await ceremony.keysOf(kept()?.seed ?? "");
  const { secret } = await share(keys, given.task);
  const expected = BigInt(given.task.public_key.public_key);
  const tally = ceremony.parseTally(given.tally, sum.election);
  const { partial, strong } = await ceremony.decrypt(sum.election, tally, secret, expected);
  openOnce(sum.election, sum.digest);
  await ask(`/polls/${poll}/opening`, { part: { partial: JSON.parse(partial), strong } });
  opened = counted("opened", { all: sum.voters });
}

function counted(code, facts) {
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  return word(code).replace(/%\((\w+)\)s/g, (_, fact) => numbers.format(facts[fact]));
}

// Restoring.

async function restore(form) {
  const field = form.elements.seed;
  const [file] = form.querySelector("[type=file]").files;
  const typed = file ? await file.text() : field.value.replace(/\s/g, "");
  const [seed] = SEED.exec(typed) ?? [];
  if (!seed) return complain(field, word("seed-wrong"));
  const certificate = await ceremony.makeCertificate(await ceremony.keysOf(seed));
  const { fingerprint } = page.dataset;
  if (fingerprint && (await ceremony.fingerprint(certificate)) !== fingerprint) {
    return complain(field, word("seed-other"));
  }
  keep({ seed, saved: true });
  return proceed({ focus: true });
}

function complain(field, text) {
  const place = field.form.querySelector("#seed-error");
  place.textContent = text;
  place.hidden = false;
  place.parentElement.classList.add("wrong");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", "seed-error");
  field.focus();
}

// One thing after the other, in the order in which it was asked for. News that comes while the last
// one waits brings nothing more.

let last = Promise.resolve();
let looking = false;

function run(act) {
  last = last.then(async () => {
    try {
      await act();
    } catch (error) {
      show("fails", { because: because(error) }, true);
    }
    progress.textContent = opened;
  });
  return last;
}

function look() {
  if (looking) return;
  looking = true;
  run(async () => {
    looking = false;
    await proceed();
  });
}

const SAID = ["tally", "unproven", "second", "few"]; // why nothing was opened

function because(error) {
  if (error instanceof Refusal) return error.message;
  if (error instanceof Offline || error.code === "offline") return word("offline");
  if (error instanceof Fault && SAID.includes(error.code)) return word(error.code);
  console.error(error);
  return word("other");
}

const acts = {
  make: async () => {
    keep({ seed: await ceremony.makeSeed(), saved: false });
    await proceed({ focus: true });
  },
  download: saved,
  written: saved,
  again: () => proceed({ focus: true }),
};

async function saved() {
  if (kept().saved) return;
  keep({ ...kept(), saved: true });
  await proceed({ focus: true, anew: true });
}

page.addEventListener("click", ({ target }) => {
  const name = target.closest("[data-do]")?.dataset.do;
  if (name) run(acts[name]);
});

document.addEventListener("submit", (event) => {
  const { form } = event.target.dataset;
  if (!form) return;
  event.preventDefault();
  if (form === "restore") run(() => restore(event.target));
  else {
    const { opening, few } = event.target.closest("[data-opening]").dataset;
    run(async () => {
      await open(opening, few !== undefined);
      await renew();
    });
  }
});

document.addEventListener("live:renewed", look);

document.documentElement.dataset.trusteeReady = "";
if (await supported()) await run(proceed);
else show("fails", { because: word("old") });
