// Proofs that something hidden is well-formed; each is a challenge and a response (§4.5, §4.12 to
// 4.14, §4.18).

import { malformed, ordered } from "./encoding.js";

export function parseProof(value, group) {
  ordered(value, ["challenge", "response"]);
  return {
    challenge: group.parseScalar(value.challenge),
    response: group.parseScalar(value.response),
  };
}

export const proofAsJson = ({ challenge, response }) => ({
  challenge: String(challenge),
  response: String(response),
});

export function parseCiphertext(value, group) {
  ordered(value, ["alpha", "beta"]);
  return { alpha: group.parseElement(value.alpha), beta: group.parseElement(value.beta) };
}

export const ciphertextAsJson = ({ alpha, beta }) => ({
  alpha: String(alpha), beta: String(beta),
});
export const written = ({ alpha, beta }) => `${alpha},${beta}`;

// ElGamal: alpha = g^r, beta = y^r·g^m.
export function encrypt({ group, y }, m, r) {
  const beta = group.multiply(group.fixedBase(y)(r), group.powers(BigInt(m)));
  return { alpha: group.powers(r), beta };
}

// Prove that one of the claims holds without saying which. A claim {r, holds, message} is of a
// ciphertext with randomness r that holds one number, "it holds this message": the one at `place` is
// true. `head` is the text before the commitments, up to and including its last bar.
export async function proveOneOf(key, head, claims, place, chance) {
  const { group } = key;
  const proofs = [];
  for (const _ of claims) {
    proofs.push({ challenge: await group.scalar(chance), response: await group.scalar(chance) });
  }
  const w = await group.scalar(chance);
  const commitments = claims.map((claim, at) => (
    at === place ? fresh(key, w) : simulated(key, claim, proofs[at])
  ));
  const challenge = await group.challenge(head + commitments.join(","));
  const others = proofs.filter((_, at) => at !== place).reduce((sum, p) => sum + p.challenge, 0n);
  proofs[place] = answer(group, w, claims[place].r, group.modulo(challenge - others));
  return proofs;
}

const fresh = ({ group, y }, w) => `${group.powers(w)},${group.fixedBase(y)(w)}`;

// A = g^response·alpha^c and B = y^response·(beta/g^M)^c. Whoever made the ciphertext knows alpha
// as a power of g, and beta as one of y and g: bases that have a table.
function simulated({ group, y }, { r, holds, message }, { challenge, response }) {
  const exponent = group.modulo(response + r * challenge);
  const off = BigInt(holds - message);
  const known = group.fixedBase(y)(exponent);
  const b = off ? group.multiply(known, group.powers(off * challenge)) : known;
  return `${group.powers(exponent)},${b}`;
}

function answer(group, w, secret, challenge) {
  return { challenge, response: group.modulo(w - secret * challenge) };
}

// Schnorr's proof of the exponent; `head` is what is hashed before the commitment.
export async function proveKnowledge(group, head, secret, chance) {
  const w = await group.scalar(chance);
  return answer(group, w, secret, await group.challenge(`${head}${group.powers(w)}`));
}

export async function knowledgeHolds(group, head, element, { challenge, response }) {
  const a = group.multiply(group.powers(response), group.power(element, challenge));
  return (await group.challenge(`${head}${a}`)) === challenge;
}

// Chaum and Pedersen: the exponent of g^secret is that of base^secret.
export async function proveEqual(group, head, base, secret, chance) {
  const w = await group.scalar(chance);
  const commitments = `${group.powers(w)},${group.power(base, w)}`;
  return answer(group, w, secret, await group.challenge(head + commitments));
}
