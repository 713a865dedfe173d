// The booth: a secret vote is chosen, reviewed, encrypted here, and called cast only when this browser
// has verified the receipt. Nothing of the choice is kept: neither here nor anywhere else.

import { Fault, chosenBits, makeBallot } from "/static/js/belenios.js";
import * as receipts from "/static/js/receipts.js";
import { hex, supported } from "/static/js/tlog.js";
import { proved } from "/static/js/verdict.js";
import { NoAnswer, Refusal, addressed, ask } from "./ask.js";
import { checkKey, parsePoll } from "./poll.js";
import { Elsewhere, restore, right } from "./right.js";
import { complain, show, speak, tell, title, word } from "./show.js";

let server; // where the poll is, and in whose name
let given; // what the server says of it
let poll; // what the log says of it
let mine; // the voter's right
let keyHolds; // settled when the trustees' key has been checked

// What came back is no receipt of the ballot that was sent.
class Unproven extends Error {
  constructor(fault) {
    super(fault.code);
    this.code = fault.code;
  }
}

async function enter() {
  server = addressed("poll");
  given = await ask(server, `/polls/${server.poll}/booth`);
  speak(given.language, given.words);
  document.querySelector("[data-name]").textContent = given.association;
  document.querySelector("[data-kind]").textContent = word("secret-vote");
  const back = document.querySelector("#back");
  back.href = server.at + given.addresses.meeting;
  back.hidden = false;
  if (!(await supported())) return cannot(word("old-browser"));
  poll = await parsePoll(given);
  return proceed();
}

// To where this voter stands: a ballot is on its way, or cast, or still to be made.
async function proceed() {
  const [sent] = receipts.unanswered(server.poll, poll.id, given.slot);
  if (sent) return waiting(sent);
  const kept = receipts.find(server.poll, given.slot);
  if (given.voted && !poll.revote) return (kept?.hash && (await again(kept))) || already();
  if (!given.open) return cannot(word("closed"));
  mine = await right(server, server.poll, given.slot);
  keyHolds = checkKey(poll, given.trustees);
  keyHolds.catch(() => {}); // told when the ballot is cast
  return choose();
}

// Choosing.

function choose(chosen = []) {
  const { needed, holders, server_alone: alone } = poll.trust;
  const names = given.names.join(", ");
  const facts = { needed, holders, names };
  const form = show("choose", {
    item: given.item,
    question: poll.question,
    trust: word(alone ? "trust-server" : "trust-board", facts),
    how: word(how(poll), { most: poll.most }),
    again: given.voted,
    few: poll.few,
  }, (part) => part.querySelector("#options").append(...poll.options.map(offered(chosen))));
  title(word("vote"), given.association);
  const fields = [...form.querySelectorAll("#options input")];
  form.addEventListener("change", ({ target }) => {
    complain("choice-error", fields[0]);
    // A blank vote is for nobody.
    const blank = ({ value }) => poll.options.find(({ id }) => id === value).blank;
    for (const each of fields) {
      if (target.checked && blank(each) !== blank(target)) each.checked = false;
    }
  });
  form.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const values = fields.filter(({ checked }) => checked).map(({ value }) => value);
    const options = poll.options.filter(({ id }) => values.includes(id));
    if (!options.length) complain("choice-error", fields[0], word("nothing-chosen"));
    else if (options.length > poll.most) {
      complain("choice-error", fields[0], word("too-many", { most: poll.most }));
    } else {
      history.pushState({ step: "review" }, "");
      review(options);
    }
  });
}

// The word for what a ballot of this method may say.
function how({ method, most, options }) {
  const named = options.filter(({ blank }) => !blank).length;
  if (method === "approval") return most < named ? "approve-most" : "approve-any";
  return most > 1 ? "choose-most" : "choose-one";
}

const offered = (chosen) => ({ id, label }) => {
  const line = document.createElement("label");
  const field = document.createElement("input");
  field.type = "radio";
  if (poll.most > 1) field.type = "checkbox";
  Object.assign(field, { name: "choice", value: id });
  field.checked = chosen.some((option) => option.id === id);
  line.append(field, ` ${label}`);
  return line;
};

function review(options) {
  const blank = options.some((option) => option.blank);
  const facts = {
    question: poll.question,
    title: word(blank ? "blank-title" : "review"),
    blank,
    binding: word(poll.revote ? "revote" : "binding"),
    cast: word(blank ? "cast-blank" : "cast"),
  };
  const view = show("review", facts, (part) => {
    part.querySelector("[data-choices]").append(...options.map(({ label }) => {
      const line = document.createElement("li");
      line.textContent = label;
      return line;
    }));
  });
  title(facts.title, given.association);
  addEventListener("beforeunload", warn);
  addEventListener("popstate", () => back(options), { once: true });
  view.querySelector("[data-do=again]").addEventListener("click", () => history.back());
  view.querySelector("[data-do=cast]").addEventListener("click", () => casting(
    () => cast(options),
  ));
}

// To the choices, unless the ballot has been made since.
function back(options) {
  if (document.querySelector("#view").dataset.view !== "review" || busy) return;
  removeEventListener("beforeunload", warn);
  choose(options);
}

function warn(event) {
  event.preventDefault();
}

// Casting.

let busy = false;

async function casting(act) {
  if (busy) return;
  busy = true;
  addEventListener("beforeunload", warn);
  for (const button of document.querySelectorAll("#view button")) button.disabled = true;
  const lock = `stamma-cast:${server.poll}:${given.slot}`;
  try {
    // One tab at a time: two of them are still one voter.
    await navigator.locks.request(lock, act);
  } catch (error) {
    failed(error);
  } finally {
    busy = false;
    tell();
    if (document.querySelector("#view").dataset.view !== "unknown") {
      removeEventListener("beforeunload", warn);
    }
  }
}

async function cast(options) {
  const [sent] = receipts.unanswered(server.poll, poll.id, given.slot);
  if (sent) return waiting(sent); // from another tab, which lost the answer
  tell(word("encrypting"));
  await keyHolds;
  await new Promise((done) => { setTimeout(done, 30); }); // until the words are on the screen
  const started = performance.now();
  const places = options.filter(({ blank }) => !blank).map(({ place }) => place);
  const bits = chosenBits(poll.election.questions[0], places);
  const { body, sha256, tracker } = await makeBallot(poll.election, mine.secret, [bits]);
  const seconds = (performance.now() - started) / 1000;
  const key = hex(crypto.getRandomValues(new Uint8Array(16)));
  const ballot = { election: poll.id, slot: given.slot, key, body, sha256, tracker };
  receipts.begin(server.poll, ballot);
  return settle(ballot, seconds);
}

// Send it and verify what comes back; only then the receipt is kept, and the vote is cast.
async function settle({ key, body, sha256, tracker }, seconds) {
  tell(seconds === undefined ? word("sending") : word("encrypted", { seconds: written(seconds) }));
  const { receipt } = await ask(server, `/polls/${server.poll}/cast-secret`, {
    sent: { ballot: body, key },
    again: () => tell(word("again")),
  });
  let found;
  try {
    found = await proved(String(receipt), given.logKey, own(sha256));
  } catch (error) {
    receipts.doubt(server.poll, given.slot, receipt);
    throw new Unproven(error);
  }
  const { slot } = given;
  const kept = receipts.keep(server.poll, {
    receipt, title: poll.question, slot, hash: sha256, tracker,
  });
  if (kept) receipts.answered(server.poll, slot);
  if (mine && !poll.revote) mine.forget().catch(() => {}); // then it is forgotten at the close
  await voted({ receipt, code: found.code, tracker, kept, seconds });
}

const own = (hash) => ({ election: poll.id, slot: given.slot, hash });

const written = (seconds) => new Intl.NumberFormat(given.language, {
  maximumFractionDigits: 2,
}).format(Math.max(seconds, 0.01));

// What this browser has cast before, verified anew; nothing where it does not hold.
async function again({ receipt, hash, tracker }) {
  try {
    const { code } = await proved(receipt, given.logKey, own(hash));
    await voted({ receipt, code, tracker, kept: true });
    return true;
  } catch {
    return false;
  }
}

async function voted({ receipt, code, tracker, kept, seconds }) {
  const qr = await picture();
  const file = URL.createObjectURL(new Blob([receipt], { type: "text/plain" }));
  show("voted", {
    question: poll.question,
    code,
    tracker,
    unkept: !kept,
    seconds: seconds && word("took", { seconds: written(seconds) }),
    meeting: server.at + given.addresses.meeting,
    file,
    qr,
  }, (part) => {
    part.querySelector("[download]").download = `vote-${server.poll}.tlog-proof`;
    const image = part.querySelector("[data-qr]");
    if (image) Object.assign(image, { src: qr, alt: word("qr") });
  });
  title(word("voted"), given.association);
}

// The code that opens the check on another device. Without it the vote is cast all the same.
async function picture() {
  try {
    const drawn = await ask(server, `/polls/${server.poll}/receipt.svg`, { read: "text" });
    return `data:image/svg+xml;base64,${btoa(drawn)}`;
  } catch {
    return undefined;
  }
}

// What is otherwise.

function resendable(name, ballot) {
  const view = show(name);
  title(view.querySelector("h1").textContent, given.association);
  const button = view.querySelector("[data-do=send]");
  button.addEventListener("click", () => casting(() => settle(ballot)));
}

const waiting = (ballot) => resendable("waiting", ballot);

function already() {
  show("already", { poll: server.at + given.addresses.poll });
  title(word("already"), given.association);
}

function cannot(because) {
  show("cannot", {
    title: word("cannot"), because, poll: server.at + given.addresses.poll,
  });
  title(word("cannot"), given.association);
}

function failed(error) {
  const addresses = {
    poll: server.at + given.addresses.poll,
    report: server.at + given.addresses.report,
  };
  if (error instanceof NoAnswer) {
    const [sent] = receipts.unanswered(server.poll, poll.id, given.slot);
    if (sent) resendable("unknown", sent);
    else cannot(word("unreachable"));
  } else if (error instanceof Refusal) {
    // Whoever has to log in again may send the same ballot afterwards.
    if (error.status !== 401) receipts.answered(server.poll, given.slot);
    if (error.code === "already-voted") already();
    else show("refused", { because: error.message, ...addresses });
  } else if (error instanceof Unproven) {
    const evidence = receipts.doubted(server.poll, given.slot);
    const because = given.reasons[error.code] ?? given.reasons.other;
    show("false", { because, evidence, ...addresses });
  } else if (error instanceof Fault) {
    cannot(word("disagree"));
  } else {
    throw error;
  }
}

// The member's own key is on another device: the code that was written down makes it again.
function askForCode(registered) {
  const view = show("restore");
  title(word("own-key-elsewhere"), given.association);
  const field = view.querySelector("#code");
  view.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await restore(server, field.value, given.logKey.split("+")[0], registered);
      await proceed();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      complain("code-error", field, word(error.code === "other-key" ? "code-other" : "code-wrong"));
    }
  });
}

async function run() {
  try {
    await enter();
  } catch (error) {
    if (error instanceof Elsewhere) askForCode(error.key);
    else if (error instanceof Refusal && error.status === 401) {
      location.assign(`${server.at}/login?next=/polls/${server.poll}/vote`);
    } else if (error instanceof Refusal && given) cannot(error.message);
    else if (error instanceof Fault && given) cannot(word("disagree"));
    else stuck(error);
  }
}

// Without the vote's words there are only the page's own.
function stuck(error) {
  document.querySelector("#starting").remove();
  document.querySelector("#stuck").hidden = false;
  console.error(error);
}

await run();
