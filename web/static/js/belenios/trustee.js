// Trustees as the archive lists them: who holds which key, whether the keys fit (§4.5 to 4.7).

import { Fault, fields, items, malformed, parseJson, text, whole } from "./encoding.js";
import { knowledgeHolds, parseProof, proofAsJson, proveKnowledge } from "./proof.js";

const LARGEST = 5_000_000; // characters
const MOST_TRUSTEES = 50;

// A trustee's public key, with the proof that its owner knows the private one.
export async function makePublicKey(group, secret, chance) {
  const key = group.powers(secret);
  const pok = await proveKnowledge(group, pokHead(group, key), secret, chance);
  return { pok: proofAsJson(pok), public_key: String(key) };
}

const pokHead = (group, key) => `pok|${group.name}|${key}|`;

export async function parsePublicKey(value, group) {
  // A newer version adds a name and a signature, which version 1 does not read.
  const found = fields(value, ["pok", "public_key"], ["name", "signature"]);
  const pok = parseProof(found.pok, group);
  const key = group.parseElement(found.public_key);
  if (!(await knowledgeHolds(group, pokHead(group, key), key, pok))) {
    throw new Fault("trustee-proof");
  }
  return key;
}

// A message with a trustee's signature; the message is text, hashed as it stands (§4.6.1).
export async function sign(group, secret, message, chance) {
  const signature = await proveKnowledge(group, `sigmsg|${message}|`, secret, chance);
  return { message, signature: proofAsJson(signature) };
}

export function parseSigned(value, group) {
  const found = fields(value, ["message", "signature"]);
  return { message: text(found.message), signature: parseProof(found.signature, group) };
}

export async function checkSigned(group, key, { message, signature }) {
  if (!(await knowledgeHolds(group, `sigmsg|${message}|`, key, signature))) {
    throw new Fault("trustee-signature");
  }
}

// The keys by which a trustee signs and is written to, signed by the first of them.
export async function parseCertificate(value, group) {
  const signed = parseSigned(value, group);
  const keys = fields(parseJson(signed.message), ["verification", "encryption"], ["context"]);
  const verification = group.parseElement(keys.verification);
  const encryption = group.parseElement(keys.encryption);
  await checkSigned(group, verification, signed);
  return { message: signed.message, verification, encryption };
}

// g^a0 … g^at of a trustee's polynomial, as signed and shown.
export async function parseCommitments(value, certificate, needed, group) {
  const signed = parseSigned(value, group);
  await checkSigned(group, certificate.verification, signed);
  const found = fields(parseJson(signed.message), ["coefexps"]);
  const made = items(found.coefexps).map((each) => group.parseElement(each));
  if (made.length !== needed) {
    throw malformed("a trustee's polynomial has another degree than the threshold asks");
  }
  return made;
}

// g to the share of the trustee with that number, from 1, by everybody's commitments (§4.6.5).
export function shareKey(group, commitments, number) {
  let key = 1n;
  for (const own of commitments) {
    own.forEach((element, degree) => {
      key = group.multiply(key, group.power(element, BigInt(number) ** BigInt(degree)));
    });
  }
  return key;
}

// All trustees of an election: {publicKey: what votes are encrypted with, needed: how many open,
// keys: everybody's in order}. `needed` counts those without whom nothing is opened.
export async function parseTrustees(raw, group) {
  if (raw.length > LARGEST) throw malformed("the list of trustees is too large");
  const whole = { publicKey: 1n, needed: 0, keys: [] };
  for (const value of items(parseJson(raw))) {
    const item = await parseItem(value, group);
    whole.publicKey = group.multiply(whole.publicKey, item.publicKey);
    whole.needed += item.needed;
    whole.keys.push(...item.keys);
  }
  if (!whole.keys.length || whole.keys.length > MOST_TRUSTEES) {
    throw malformed("there is another number of trustees than can be");
  }
  return whole;
}

async function parseItem(value, group) {
  const [kind, content, ...rest] = items(value);
  if (rest.length) throw malformed("a trustee is a kind and its keys");
  if (kind === "Pedersen") return parsePedersen(content, group);
  if (kind !== "Single") throw malformed("there are no trustees of this kind");
  const key = await parsePublicKey(content, group);
  return { publicKey: key, needed: 1, keys: [key] };
}

async function parsePedersen(value, group) {
  const parts = ["threshold", "certs", "coefexps", "verification_keys"];
  const found = fields(value, parts, ["context", "signatures"]);
  const [certificates, shown, listed] = parts.slice(1).map((part) => items(found[part]));
  const needed = whole(found.threshold);
  if (new Set([certificates.length, shown.length, listed.length]).size > 1
      || needed < 1 || needed > listed.length) {
    throw malformed("the threshold does not fit the number of trustees");
  }
  const commitments = [];
  for (const [at, each] of certificates.entries()) {
    const certificate = await parseCertificate(each, group);
    commitments.push(await parseCommitments(shown[at], certificate, needed, group));
  }
  const keys = [];
  for (const each of listed) keys.push(await parsePublicKey(each, group));
  if (keys.some((key, at) => key !== shareKey(group, commitments, at + 1))) {
    throw new Fault("trustee-key");
  }
  const publicKey = commitments.reduce((product, own) => group.multiply(product, own[0]), 1n);
  return { publicKey, needed, keys };
}
