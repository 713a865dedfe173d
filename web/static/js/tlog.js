// Receipts (C2SP tlog-proof) checked in the browser: the same rules as ballots/receipt.py.

const MAGIC = "c2sp.org/tlog-proof@v1";
const LARGEST = 200_000;
const SIZE = /^(0|[1-9][0-9]{0,14})$/; // a browser counts exactly to 2^53
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LOG = 1;
const WITNESS = 4;
const text = new TextEncoder();

export class Fault extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

const malformed = () => new Fault("malformed");

export function decodeBase64(encoded) {
  let binary;
  try {
    binary = atob(encoded);
  } catch {
    throw malformed();
  }
  // One encoding for one value: spaces or loose bits would leave room for variants.
  if (btoa(binary) !== encoded) throw malformed();
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export const leafHash = (entry) => sha256(concat([0], entry));
export const nodeHash = (left, right) => sha256(concat([1], left, right));

export async function parseKey(line) {
  const [name, claimed, encoded, ...rest] = line.trim().split("+");
  // Base64 may hold a plus sign itself.
  const typed = decodeBase64([encoded ?? "", ...rest].join("+"));
  if (!name || typed.length !== 33 || ![LOG, WITNESS].includes(typed[0])) throw malformed();
  const id = (await sha256(concat(text.encode(name + "\n"), typed))).slice(0, 4);
  if (hex(id) !== claimed) throw malformed();
  return { name, kind: typed[0], id, public: typed.slice(1) };
}

async function holds(key, message, signature) {
  if (key.kind === WITNESS) {
    if (signature.length !== 72) return false;
    const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    message = concat(text.encode(`cosignature/v1\ntime ${time}\n`), message);
    signature = signature.slice(8);
  }
  const imported = await crypto.subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, message);
}

function parseNote(note) {
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || !note.endsWith("\n") || at + 2 >= note.length) throw malformed();
  const body = note.slice(0, at + 1);
  const signatures = note.slice(at + 2, -1).split("\n").map(parseSignature);
  const names = new Set(signatures.map((each) => `${each.name} ${hex(each.id)}`));
  if (names.size !== signatures.length) throw malformed();
  return { body, signatures };
}

function parseSignature(line) {
  const [dash, name, encoded, ...rest] = line.split(" ");
  if (dash !== "—" || !name || name.includes("+") || rest.length) throw malformed();
  const blob = decodeBase64(encoded ?? "");
  if (blob.length < 5) throw malformed();
  return { name, id: blob.slice(0, 4), value: blob.slice(4) };
}

function parseCheckpoint(body) {
  const [origin, size, root, end, ...rest] = body.split("\n");
  if (!origin || end !== "" || rest.length || !SIZE.test(size ?? "")) throw malformed();
  const hash = decodeBase64(root);
  if (hash.length !== 32) throw malformed();
  return { origin, size: Number(size), root: hash };
}

// The checkpoint of a note that the log's key has signed.
export async function openNote(note, key) {
  const { body, signatures } = parseNote(note);
  const checkpoint = parseCheckpoint(body);
  if (checkpoint.origin !== key.name) throw new Fault("origin");
  const own = signatures.filter((each) => each.name === key.name && equal(each.id, key.id));
  if (!own.length || !(await holds(key, text.encode(body), own[0].value))) {
    throw new Fault("log-signature");
  }
  return checkpoint;
}

export function parseReceipt(file) {
  if (file.length > LARGEST) throw malformed();
  const at = file.indexOf("\n\n");
  const [magic, extra, index, ...proof] = file.slice(0, Math.max(at, 0)).split("\n");
  if (at < 0 || magic !== MAGIC || !extra?.startsWith("extra ")) throw malformed();
  if (!index?.startsWith("index ") || !SIZE.test(index.slice(6))) throw malformed();
  const hashes = proof.map(decodeBase64);
  if (hashes.length > 63 || hashes.some((hash) => hash.length !== 32)) throw malformed();
  // The entry is taken from here and from nowhere else.
  const entry = decodeBase64(extra.slice(6));
  return { entry, index: Number(index.slice(6)), proof: hashes, note: file.slice(at + 2) };
}

function powerBelow(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

async function verifyInclusion(leaf, index, size, proof, root) {
  if (index >= size) throw new Fault("index");
  const rights = []; // from the root downwards: is the sibling on the right?
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const split = start + powerBelow(end - start);
    rights.push(index < split);
    if (index < split) end = split;
    else start = split;
  }
  if (rights.length !== proof.length) throw new Fault("inclusion");
  for (const [at, right] of rights.reverse().entries()) {
    leaf = right ? await nodeHash(leaf, proof[at]) : await nodeHash(proof[at], leaf);
  }
  if (!equal(leaf, root)) throw new Fault("inclusion");
}

// The tree of `old` is a prefix of that of `newer` (RFC 9162 §2.1.4.2).
export async function verifyConsistency(old, newer, proof) {
  if (old.size === newer.size) {
    if (proof.length || !equal(old.root, newer.root)) throw new Fault("consistency");
    return;
  }
  if (old.size < 1 || old.size > newer.size) throw new Fault("consistency");
  const steps = [...proof];
  let node = old.size - 1;
  let last = newer.size - 1;
  while (node % 2) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let oldRoot = node ? steps.shift() : old.root;
  let newRoot = oldRoot;
  for (const step of steps) {
    if (!last || !oldRoot) throw new Fault("consistency");
    if (node % 2 || node === last) {
      oldRoot = await nodeHash(step, oldRoot);
      newRoot = await nodeHash(step, newRoot);
      while (node && node % 2 === 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newRoot = await nodeHash(newRoot, step);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  if (last || !oldRoot || !equal(oldRoot, old.root) || !equal(newRoot, newer.root)) {
    throw new Fault("consistency");
  }
}

export async function shortCode(entry) {
  const hash = await leafHash(entry);
  let bits = hash.slice(0, 10).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let code = "";
  for (let at = 0; at < 16; at += 1) {
    code = CROCKFORD[Number(bits & 31n)] + code;
    bits >>= 5n;
  }
  return code.match(/.{4}/g).join("-");
}

// The lines of a board entry as an object: {kind, election, slot, …}.
export function parseEntry(entry) {
  const lines = new TextDecoder("utf-8", { fatal: true }).decode(entry).split("\n");
  const [tag, kind] = (lines.shift() ?? "").split(" ");
  if (tag !== "coop-board/v1" || lines.pop() !== "") throw malformed();
  return { kind, ...Object.fromEntries(lines.map((line) => line.split(" ", 2))) };
}

// What a receipt proves, by the log's verifier key; throws a Fault with the reason's code.
export async function verifyReceipt(file, keyLine) {
  const key = await parseKey(keyLine);
  const receipt = parseReceipt(file);
  const checkpoint = await openNote(receipt.note, key);
  const leaf = await leafHash(receipt.entry);
  await verifyInclusion(leaf, receipt.index, checkpoint.size, receipt.proof, checkpoint.root);
  return {
    entry: parseEntry(receipt.entry),
    index: receipt.index,
    checkpoint,
    code: await shortCode(receipt.entry),
  };
}

// Whether this browser can check Ed25519 signatures at all.
export async function supported() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}
