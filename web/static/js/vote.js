// Casting: the ballot is made and kept here before it is sent, sent again until it is answered, and
// called cast only when this browser has verified the receipt. Where a browser cannot do that, the
// form goes to the server as it does without scripts, and the server's page claims no more.

import { encode } from "./ballot.js";
import { worded } from "./choice.js";
import * as receipts from "./receipts.js";
import * as tlog from "./tlog.js";
import { checkOnline, proved, reason, tell } from "./verdict.js";

const page = document.querySelector("[data-vote]");
const form = page.querySelector("form");
const progress = page.querySelector("[data-progress]");
const { poll, election, slot, logKey, question } = page.dataset;

const PATIENCE = 20_000; // milliseconds for one answer
const PAUSES = [0, 800, 2500, 6000]; // before each try

class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

class NoAnswer extends Error {}

const random = (bytes) => tlog.hex(crypto.getRandomValues(new Uint8Array(bytes)));

// One act of casting: tried again, also after a reload or in another tab, it is the same ballot.
let made; // for as long as the page stands, where the browser may keep nothing

function ballotFor(choice) {
  const sent = receipts.unanswered(poll, election, slot);
  made = sent.find((each) => each.choice === choice) ?? made;
  if (made) return made;
  made = { election, slot, choice, salt: random(32), key: random(16) };
  receipts.begin(poll, made);
  return made;
}

async function send({ choice, salt, key }) {
  const body = JSON.stringify({ choice, salt, key, slot });
  const headers = { "content-type": "application/json", accept: "application/json" };
  for (const pause of PAUSES) {
    if (pause) {
      progress.textContent = progress.dataset.again;
      await new Promise((done) => { setTimeout(done, pause); });
    }
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch(`/polls/${poll}/cast`, { method: "POST", headers, body, signal });
      const said = await answer.json();
      if (answer.ok) return String(said.receipt);
      if (answer.status < 500 && answer.status !== 429) {
        throw new Refusal(said.error.code, said.error.message);
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      // Lost on the way, there or back: the same ballot once more.
    }
  }
  throw new NoAnswer();
}

// Send it and verify what comes back; only then the receipt is kept, and the vote is cast.
async function settle(ballot) {
  const text = encode(ballot);
  const receipt = await send(ballot);
  let found;
  try {
    found = await proved(receipt, logKey, { election, slot, ballot: text });
  } catch (error) {
    receipts.doubt(poll, slot, receipt);
    throw error;
  }
  const kept = receipts.keep(poll, { receipt, title: question, slot, ballot: text });
  if (kept) receipts.answered(poll, slot);
  return { choice: ballot.choice, code: found.code, kept };
}

// What this browser has cast already, in another tab or before it lost the reply.
async function settled() {
  const kept = receipts.find(poll, slot);
  if (!kept?.ballot) return null;
  let found;
  try {
    found = await proved(kept.receipt, logKey, { election, slot, ballot: kept.ballot });
  } catch {
    return null; // not what a browser keeps: it is cast anew, and the log takes one ballot only
  }
  try {
    await checkOnline(found, logKey);
  } catch (error) {
    if (error.code !== "offline") throw error;
  }
  return { choice: /^choice (.*)$/m.exec(kept.ballot)[1], code: found.code, kept: true };
}

async function cast(choice) {
  const before = await settled();
  if (before) return before;
  const ballot = ballotFor(choice);
  const earlier = receipts.unanswered(poll, election, slot).filter((b) => b.key !== ballot.key);
  try {
    return await settle(ballot);
  } catch (error) {
    if (error.code !== "already-voted") throw error;
    // Then one that was sent before may have arrived, although its answer did not.
    for (const each of earlier) {
      try {
        return await settle(each);
      } catch (again) {
        if (again.code !== "already-voted") throw again;
      }
    }
    throw error;
  }
}

function voted({ choice, code, kept }, wanted) {
  tell(page, "voted", {
    choice: worded(page, choice),
    code,
    instead: choice === wanted ? undefined : page.dataset.instead,
    unkept: kept ? undefined : page.dataset.unkept,
  });
  form.hidden = true;
  for (const part of page.querySelectorAll("[data-before]")) part.hidden = true;
  document.title = `${page.querySelector("#outcome-title").textContent} · ${document.title}`;
  // A reload leads to the vote's page, which has the receipt.
  history.replaceState(null, "", `/polls/${poll}`);
}

function failed(error) {
  if (error.code === "already-voted") tell(page, "elsewhere");
  else if (error instanceof Refusal) tell(page, "refused", { because: error.message });
  else if (error instanceof NoAnswer) tell(page, "unknown");
  else tell(page, "false", { because: reason(page, error) });
}

function warn(event) {
  event.preventDefault();
}

async function run() {
  const main = page.closest("[data-live]");
  form.ariaBusy = "true";
  main.dataset.liveHold = "sending";
  addEventListener("beforeunload", warn);
  progress.textContent = progress.dataset.sending;
  const wanted = form.elements.choice.value;
  try {
    // One tab at a time: two of them are still one voter.
    const done = await navigator.locks.request(`stamma-cast:${poll}:${slot}`, () => cast(wanted));
    voted(done, wanted);
  } catch (error) {
    failed(error);
  } finally {
    progress.textContent = "";
    form.ariaBusy = "false";
    delete main.dataset.liveHold;
    removeEventListener("beforeunload", warn);
  }
}

const able = tlog.supported();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  if (await able) await run();
  else form.submit();
});
form.dataset.ready = "";
