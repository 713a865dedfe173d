// What this browser keeps: a receipt for each vote, with the ballot that was cast; and the ballots
// that were sent and not yet answered for. Everything is kept by poll and slot: several members may
// share a browser, and two tabs of it are one voter.

const RECEIPT = "stamma-receipt:";
const SENT = "stamma-sent:";
const DOUBTED = "stamma-doubted:";

const address = (prefix, pollId, slot) => prefix + pollId + (slot ? `:${slot}` : "");

// kept: {receipt, title, slot?, ballot?}. The ballot stays on this device and lets its hash be
// compared. Returns whether it could be kept: storage may be full or forbidden.
export function keep(pollId, kept) {
  const value = { ...kept, pollId: String(pollId) };
  return write(address(RECEIPT, pollId, kept.slot), value);
}

export function find(pollId, slot) {
  const kept = read(address(RECEIPT, pollId, slot));
  return typeof kept?.receipt === "string" ? kept : null;
}

export function all() {
  return names(RECEIPT)
    .map(read)
    .filter((kept) => typeof kept?.receipt === "string")
    .sort((a, b) => Number(b.pollId) - Number(a.pollId));
}

// A ballot on its way, kept before it is sent: {election, slot, choice, salt, key}.
export function begin(pollId, ballot) {
  const sent = unanswered(pollId, ballot.election, ballot.slot);
  return write(address(SENT, pollId, ballot.slot), [...sent, ballot]);
}

export function unanswered(pollId, election, slot) {
  const sent = read(address(SENT, pollId, slot));
  return Array.isArray(sent) ? sent.filter((each) => each.election === election) : [];
}

export function answered(pollId, slot) {
  forget(address(SENT, pollId, slot));
  forget(address(DOUBTED, pollId, slot));
}

// A receipt that does not hold is evidence: it is kept for the report.
export function doubt(pollId, slot, receipt) {
  write(address(DOUBTED, pollId, slot), { receipt: String(receipt).slice(0, 200_000) });
}

export function doubted(pollId, slot) {
  return read(address(DOUBTED, pollId, slot))?.receipt ?? "";
}

function names(prefix) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

function forget(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Storage is forbidden: there is nothing in it either.
  }
}
