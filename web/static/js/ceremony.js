// The trustees' ceremony: they make a key together that none of them ever holds (§4.6). The same
// steps and the same bytes as ballots/belenios/ceremony.py.
//
// The device keeps one seed. Nothing else of the ceremony is kept: keys, certificate and
// contribution come out the same each time, and the private share is computed again from the seed
// and the contributions whenever it is needed. Neither ever leaves the device.
//
//     certificate  → everybody's keys for signing and for being written to
//     pledge       → the hash of the commitments
//     contribution → commitments, signed, and a secret for each trustee, encrypted to them
//     finish       → secrets checked against the commitments; the share and the public key

import { CHANNEL, receive, send } from "./belenios/channel.js";
import {
  Fault, compact, concat, digest, digestHex, fields, malformed, toNumber,
} from "./belenios/encoding.js";
import { BASE58 } from "./belenios/election.js";
import { BELENIOS_2048, randomBytes } from "./belenios/group.js";
import { proofAsJson, proveKnowledge } from "./belenios/proof.js";
import {
  makePublicKey, parseCertificate, parseCommitments, shareKey, sign,
} from "./belenios/trustee.js";

export { Fault } from "./belenios/encoding.js";
export { parseElection } from "./belenios/election.js";
export { addUp, decrypt, parseTally } from "./belenios/tally.js";
export { parseTrustees } from "./belenios/trustee.js";

const SEED = 22; // letters of base 58: 128 bits
const CHANCE = "stamma-ceremony-chance/v1";
const PLEDGE = "stamma-pledge/v1\0";
const KEY_CHECK = "stamma-key-check/v1";
const NONCE = /^[0-9a-f]{64}$/;

export async function makeSeed(chance = randomBytes) {
  let number = toNumber(await chance(48)) % 58n ** BigInt(SEED);
  let seed = "";
  while (seed.length < SEED) {
    seed += BASE58[Number(number % 58n)];
    number /= 58n;
  }
  return seed;
}

// Chance that is the same each time: block n is SHA-256 of the tag, seed, ceremony, label and n,
// framed by lengths; bytes are taken from the blocks in turn. All these are ASCII.
export function derivedChance(seed, ceremony, label) {
  const parts = [CHANCE, seed, ceremony, label].map((part) => `${part.length}:${part}`).join("");
  let taken = new Uint8Array();
  let blocks = 0;
  return async (number) => {
    while (taken.length < number) {
      taken = concat(taken, await digest(`${parts}${blocks}`));
      blocks += 1;
    }
    const given = taken.slice(0, number);
    taken = taken.slice(number);
    return given;
  };
}

// A trustee's own keys, all derived from the seed; throws a Fault where the seed is none.
export async function keysOf(seed, group = BELENIOS_2048) {
  if (seed.length !== SEED || [...seed].some((letter) => !BASE58.includes(letter))) {
    throw malformed("a trustee's seed is 22 letters and digits");
  }
  const signing = await group.challenge(`sk|${seed}`);
  const decryption = await group.challenge(`dk|${seed}`);
  const verification = group.powers(signing);
  return { group, seed, signing, decryption, verification, encryption: group.powers(decryption) };
}

export function makeCertificate(keys, chance = derivedChance(keys.seed, "", "certificate")) {
  const { verification, encryption } = keys;
  const message = compact({
    verification: String(verification), encryption: String(encryption),
  });
  return sign(keys.group, keys.signing, message, chance);
}

// Everybody's in their order, from the lists that were sent; refuses two trustees with one key.
export async function parseCertificates(values, group = BELENIOS_2048) {
  const found = [];
  for (const value of values) found.push(await parseCertificate(value, group));
  if (new Set(found.map(({ encryption }) => encryption)).size !== found.length) {
    throw new Fault("trustee-twice");
  }
  return found;
}

// What two people compare by telephone: 8 groups of 4 hexadecimal digits.
export async function fingerprint(certificate) {
  return spoken(await digestHex(certificate.message));
}

// The same of a whole board. Where two trustees' devices differ in it, somebody between them has put
// other keys in the place of theirs.
export async function boardFingerprint(certificates, needed) {
  return spoken(await ceremonyId(certificates, needed));
}

const spoken = (hash) => hash.slice(0, 32).toUpperCase().match(/.{4}/g).join(" ");

// What every message of this ceremony is bound to.
export function ceremonyId(certificates, needed) {
  const listed = certificates.map(({ message }) => message).join("\0");
  return digestHex(`${CHANNEL}\0${needed}\0${listed}`);
}

// The hash of signed commitments, handed in before anybody shows theirs.
export const pledge = (commitments) => digestHex(PLEDGE + compact(commitments));

// {commitments, secrets}: a random polynomial of degree `needed` - 1, shown by commitments, given
// away in shares. Chance is derived, so that the pledged commitments can be made again; no nonce
// serves two messages, as everything that is signed follows from the seed and the ceremony too.
export async function contribute(keys, certificates, needed, chance) {
  const { group } = keys;
  const own = ownNumber(keys, certificates);
  const ceremony = await ceremonyId(certificates, needed);
  const drawn = chance ?? derivedChance(keys.seed, ceremony, "contribution");
  const polynomial = [];
  for (let degree = 0; degree < needed; degree += 1) polynomial.push(await group.scalar(drawn));
  const message = compact({ coefexps: polynomial.map((each) => String(group.powers(each))) });
  const secrets = [];
  for (let to = 1; to <= certificates.length; to += 1) {
    const value = String(valueAt(group, polynomial, BigInt(to)));
    secrets.push(await send(keys, certificates, ceremony, own, to, value, drawn));
  }
  return { commitments: await sign(group, keys.signing, message, drawn), secrets };
}

function ownNumber(keys, certificates) {
  const number = 1 + certificates.findIndex((each) => (
    each.verification === keys.verification && each.encryption === keys.encryption
  ));
  if (!number) throw new Fault("not-a-trustee");
  return number;
}

function valueAt(group, polynomial, at) {
  return polynomial.reduceRight((value, each) => group.modulo(value * at + each), 0n);
}

// Check everybody's contribution and add up what they sent: {number, secret, key}. `secret` is the
// private share, `key` is handed in. `contributions`: of each trustee in order {commitments,
// secret: to this trustee}. The facts of a Fault name the trustee whose part does not hold.
//
// The key's proof takes fresh chance, never derived: the share depends on what others send, and one
// nonce under two shares whose difference they know would give both away.
export async function finish(
  keys, certificates, needed, pledges, contributions, chance = randomBytes,
) {
  const { group } = keys;
  const number = ownNumber(keys, certificates);
  if (pledges.length !== certificates.length || contributions.length !== certificates.length) {
    throw malformed("a trustee's contribution is missing");
  }
  let secret = 0n;
  for (const [at, given] of contributions.entries()) {
    try {
      secret += await received(keys, certificates, needed, pledges[at], given, at + 1, number);
    } catch (error) {
      throw error instanceof Fault ? new Fault(error.code, { trustee: at + 1 }) : error;
    }
  }
  secret = group.modulo(secret);
  return { number, secret, key: await makePublicKey(group, secret, chance) };
}

async function received(keys, certificates, needed, pledged, given, sender, number) {
  const { group } = keys;
  const found = fields(given, ["commitments", "secret"]);
  if ((await pledge(found.commitments)) !== pledged) throw new Fault("pledge");
  const certificate = certificates[sender - 1];
  const commitments = await parseCommitments(found.commitments, certificate, needed, group);
  const ceremony = await ceremonyId(certificates, needed);
  const text = await receive(keys, certificates, ceremony, sender, number, found.secret);
  const secret = group.parseScalar(text);
  if (group.powers(secret) !== shareKey(group, [commitments], number)) throw new Fault("secret");
  return secret;
}

// That this device has the private share, asked with a fresh number before any poll opens. It
// decrypts nothing: a check that did would open ballots for whoever passed one off as a check.
export async function answerKeyCheck(secret, nonce, chance = randomBytes, group = BELENIOS_2048) {
  if (!NONCE.test(nonce)) throw malformed("a key check asks with 64 hexadecimal digits");
  const head = `${KEY_CHECK}|${group.name}|${group.powers(secret)}|${nonce}|`;
  return proofAsJson(await proveKnowledge(group, head, secret, chance));
}
