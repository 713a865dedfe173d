// The published archive of a secret vote, looked through for one ballot (ballots/belenios/archive.py
// says how it is written: an old tar whose files are named by the SHA-256 of what they hold).

import { Fault, hex, sha256 } from "./tlog.js";

const BLOCK = 512;
const text = new TextDecoder();

// Throws a Fault unless the archive holds the ballot of this hash, and counts it as one.
export async function findBallot(path, hash) {
  let whole;
  try {
    const answer = await fetch(path, { cache: "no-store" });
    if (!answer.ok) throw new Fault("offline");
    whole = new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw new Fault("offline");
  }
  let held = false;
  let cast = false;
  for (const { name, content } of files(whole)) {
    if (name === `${hash}.data.json`) held = hex(await sha256(content)) === hash;
    if (name.endsWith(".event.json")) {
      const { type, payload } = JSON.parse(text.decode(content));
      if (type === "Ballot" && payload === hash) cast = true;
    }
  }
  if (!held || !cast) throw new Fault("not-in-archive");
}

function* files(whole) {
  for (let at = 0; at + BLOCK <= whole.length;) {
    const head = text.decode(whole.subarray(at, at + BLOCK));
    const size = parseInt(head.slice(124, 135), 8);
    if (!(size >= 0)) throw new Fault("malformed");
    const start = at + BLOCK;
    yield { name: head.slice(0, head.indexOf("\0")), content: whole.subarray(start, start + size) };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

// What the archive calls a ballot, from the hash by which the log knows it: base64, not padded.
export function tracker(hash) {
  const bytes = hash.match(/../g).map((byte) => String.fromCharCode(parseInt(byte, 16)));
  return btoa(bytes.join("")).replace(/=+$/, "");
}
