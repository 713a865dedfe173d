// "Check my vote" on a vote's own page: the receipt that this browser has kept, else the server's.

import { findBallot, tracker } from "./archive.js";
import { encode } from "./ballot.js";
import { worded } from "./choice.js";
import * as receipts from "./receipts.js";
import * as tlog from "./tlog.js";
import { ballotHash, check, fetched, reason, tell } from "./verdict.js";

const mine = document.querySelector("[data-mine]");
const { poll, election, slot, question, unknown, secret } = mine.dataset;

async function checkMine() {
  const kept = receipts.find(poll, slot);
  try {
    if (secret !== undefined) {
      await checkSecret(kept);
      return;
    }
    const receipt = kept?.receipt ?? (await fetched(`/polls/${poll}/receipt.tlog-proof`));
    const ballot = kept?.ballot ?? (await sentBallot(receipt));
    const facts = { choice: ballot && chosen(ballot), unknown: ballot ? undefined : unknown };
    if (await check(mine, receipt, { election, slot, ballot }, facts)) {
      const done = receipts.keep(poll, { receipt, slot, title: question, ballot });
      if (done) receipts.answered(poll, slot);
    }
  } catch (error) {
    tell(mine, "fails", { because: reason(mine, error) });
  }
}

// A secret ballot's hash is what this browser has kept of it. Once the archive is published it has to
// be there too.
async function checkSecret(kept) {
  const receipt = kept?.receipt ?? (await fetched(`/polls/${poll}/receipt.tlog-proof`));
  const logged = tlog.parseEntry(tlog.parseReceipt(receipt).entry).ballot.replace("sha256:", "");
  // Sent, and its answer lost: then this browser knows the hash all the same.
  const sent = receipts.unanswered(poll, election, slot).find(({ sha256 }) => sha256 === logged);
  const hash = kept?.hash ?? sent?.sha256;
  const { archive } = mine.querySelector("[data-live-part=mine]").dataset;
  const facts = { tracker: tracker(logged), unknown: hash ? undefined : unknown };
  const held = await check(mine, receipt, { election, slot, hash }, facts, async () => {
    if (archive) await findBallot(archive, logged);
    return { archived: archive && mine.dataset.archived };
  });
  if (held && hash) {
    const kept = { receipt, slot, title: question, hash, tracker: tracker(hash) };
    if (receipts.keep(poll, kept)) receipts.answered(poll, slot);
  }
}

// What the kept ballot says, in the page's words. The receipt itself does not tell.
function chosen(ballot) {
  return worded(mine, /^choice (.*)$/m.exec(ballot)[1]);
}

// The ballot that this browser sent before it lost the answer, if the receipt is for one of them.
async function sentBallot(receipt) {
  const sent = receipts.unanswered(poll, election, slot).map(encode);
  if (!sent.length) return undefined;
  const { entry } = tlog.parseReceipt(receipt);
  const hashes = await Promise.all(sent.map(ballotHash));
  const at = hashes.findIndex((hash) => tlog.parseEntry(entry).ballot === `sha256:${hash}`);
  // None of them: it was cast on another device.
  return sent[at];
}

// Whoever has kept a receipt checks it, whatever the server says of a ballot of theirs.
function offer() {
  if (!receipts.find(poll, slot)) return;
  mine.querySelector("[data-check-vote]").hidden = false;
  mine.querySelector("[data-nothing]")?.remove();
}

if (await tlog.supported()) {
  offer();
  document.addEventListener("live:renewed", offer);
  mine.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-check-vote]")) return;
    event.preventDefault();
    checkMine();
  });
  mine.dataset.ready = "";
}
