// JSON as this protocol hashes it: compact, in the order given, parsed without tolerance (§4.1).

import { Fault, concat, hex, sha256 } from "../tlog.js";

export { Fault, concat, hex, sha256 };

const utf8 = new TextEncoder();

export const malformed = (why) => new Fault("malformed", { why });
export const bytes = (text) => utf8.encode(text);
export const compact = (value) => JSON.stringify(value);

// Written again it has to be the same text: a key given twice, a fraction or a loose space shows.
export function parseJson(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed("this is not the JSON it should be");
  }
  if (compact(value) !== text) throw malformed("this JSON is not in its canonical form");
  return value;
}

// The object, which has all the needed keys and none beyond the optional ones.
export function fields(value, needed, optional = []) {
  const keys = isObject(value) ? Object.keys(value) : [];
  const known = [...needed, ...optional];
  if (!needed.every((key) => keys.includes(key)) || !keys.every((key) => known.includes(key))) {
    throw malformed(`the object's keys are not ${needed.join(", ")}`);
  }
  return value;
}

// The same, in this order too: what is hashed as it was written.
export function ordered(value, names) {
  if (!isObject(value) || Object.keys(value).join() !== names.join()) {
    throw malformed(`the object's keys are not ${names.join(", ")}`);
  }
  return value;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function text(value) {
  if (typeof value !== "string") throw malformed("this should be text");
  return value;
}

export function whole(value) {
  if (!Number.isSafeInteger(value) || value < 0) throw malformed("this should be a whole number");
  return value;
}

export function items(value) {
  if (!Array.isArray(value)) throw malformed("this should be a list");
  return value;
}

export const digest = (text) => sha256(bytes(text));
export const digestHex = async (text) => hex(await digest(text));

// SHA-256 in base64 without padding: elections and ballots are known by it (§4.15).
export async function fingerprint(text) {
  return btoa(String.fromCharCode(...(await digest(text)))).replace(/=+$/, "");
}

export function toNumber(bytes) {
  return BigInt(`0x${hex(bytes) || "0"}`);
}
