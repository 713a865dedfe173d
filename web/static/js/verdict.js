// Whether a receipt holds: by itself, for a ballot that is known, and against the log as it is now.

import * as tlog from "./tlog.js";

const text = new TextEncoder();

export async function ballotHash(ballot) {
  return tlog.hex(await tlog.sha256(text.encode(ballot)));
}

// What the receipt proves. `own` is what is known of the ballot: its text or its hash, its poll,
// its slot. A receipt for anything else is none, however well it is signed.
export async function proved(receipt, logKey, own = {}) {
  const found = await tlog.verifyReceipt(receipt, logKey);
  const { entry } = found;
  for (const line of ["election", "slot"]) {
    if (own[line] && entry[line] !== own[line]) throw new tlog.Fault("other-voter");
  }
  const hash = own.ballot ? await ballotHash(own.ballot) : own.hash;
  if (hash && entry.ballot !== `sha256:${hash}`) throw new tlog.Fault("other-ballot");
  return found;
}

export async function fetched(path) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(20_000) });
  } catch {
    throw new tlog.Fault("offline");
  }
  if (answer.status === 404) throw new tlog.Fault("not-there");
  if (!answer.ok) throw new tlog.Fault("offline");
  return answer.text();
}

// Beyond the file itself: the log has only grown since, and this is the slot's ballot. Returns how
// many entries the log has now.
export async function checkOnline(found, logKey) {
  const key = await tlog.parseKey(logKey);
  const current = await tlog.openNote(await fetched("/board/checkpoint"), key);
  const old = found.checkpoint;
  const [first, second] = old.size <= current.size ? [old, current] : [current, old];
  const path = `/board/proof/consistency?old=${first.size}&new=${second.size}`;
  const proof = (await fetched(path)).split("\n").filter(Boolean).map(tlog.decodeBase64);
  await tlog.verifyConsistency(first, second, proof);
  if (found.entry.kind === "ballot") {
    const { election, slot } = found.entry;
    const stands = JSON.parse(await fetched(`/board/slots/${election}/${slot}`));
    if (stands.index !== found.index) throw new tlog.Fault("not-counted");
  }
  return current.size;
}

// The page's own words for a fault; they are in its [data-reasons], translated.
export function reason(page, error) {
  const code = error instanceof tlog.Fault ? error.code : "other";
  const reasons = page.querySelector("[data-reasons]");
  const found = reasons.querySelector(`[data-code="${CSS.escape(code)}"]`);
  return (found ?? reasons.querySelector("[data-code=other]")).textContent;
}

// Show one of the page's templates as its outcome, and move there: who listens hears it at once.
export function tell(page, name, facts = {}) {
  const outcome = page.querySelector("[data-outcome]");
  const part = page.querySelector(`template[data-${name}]`).content.cloneNode(true);
  for (const slot of part.querySelectorAll("[data-fact]")) {
    const value = facts[slot.dataset.fact];
    if (value === undefined) (slot.closest("[data-row]") ?? slot).remove();
    else slot.textContent = value;
  }
  outcome.replaceChildren(part);
  outcome.dataset.outcome = name;
  outcome.setAttribute("role", "group");
  outcome.setAttribute("aria-labelledby", "outcome-title");
  outcome.focus();
}

// The whole check, as one tap on "Check my vote" makes it. Returns whether it holds. `further` may
// look for more, and add to what is told.
export async function check(page, receipt, own, facts = {}, further = async () => ({})) {
  const { logKey } = page.dataset;
  try {
    const found = await proved(receipt, logKey, own);
    const size = await checkOnline(found, logKey);
    const { code, index, checkpoint } = found;
    const more = await further(found);
    tell(page, "holds", { ...facts, ...more, code, index, size, log: checkpoint.origin });
    return true;
  } catch (error) {
    tell(page, "fails", { because: reason(page, error) });
    return false;
  }
}
