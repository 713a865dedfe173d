// A secret ballot: answers encrypted, each proven well-formed, the whole signed (§4.11 to 4.15).

import { Fault, compact, digestHex, fingerprint } from "./encoding.js";
import { keyOf, lengthOf, sums } from "./election.js";
import { randomBytes } from "./group.js";
import {
  ciphertextAsJson, encrypt, proofAsJson, proveKnowledge, proveOneOf, written,
} from "./proof.js";

// Encrypt and sign. `secret` is the voter's credential as a number; `choices` holds for each
// question a 0 or 1 per option, the blank one first. Nothing of the result tells the choice:
// `body` is what is sent, `tracker` what the archive calls it, `sha256` what the log does.
export async function makeBallot(election, secret, choices, chance = randomBytes) {
  const { group, questions } = election;
  if (choices.length !== questions.length) throw new Fault("wrong-option");
  questions.forEach((question, at) => checkChoice(question, choices[at]));
  const credential = String(group.powers(secret));
  const head = `${election.hash}|${credential}`; // S0: holds here and for this voter only
  const answers = [];
  for (const [at, question] of questions.entries()) {
    answers.push(await answer(keyOf(election), question, choices[at], head, chance));
  }
  const { uuid, hash } = election;
  const unsigned = { election_uuid: uuid, election_hash: hash, credential, answers };
  const signed = await fingerprint(compact(unsigned));
  const proof = await proveKnowledge(group, `sig|${signed}|`, secret, chance);
  const body = compact({ ...unsigned, signature: { hash: signed, proof: proofAsJson(proof) } });
  return { body, credential, tracker: await fingerprint(body), sha256: await digestHex(body) };
}

// Throws a Fault unless the question allows the choice.
export function checkChoice(question, chosen) {
  const bits = chosen.length === lengthOf(question) && chosen.every((m) => m === 0 || m === 1);
  const number = bits ? chosen.reduce((sum, m) => sum + m, 0) : -1;
  const isBlank = bits && question.blank && chosen[0] === 1;
  const allowed = isBlank ? number === 1 : question.least <= number && number <= question.most;
  if (!allowed) throw new Fault("wrong-option");
}

// From options' places, the first being 0: [] is the blank vote where the question has one.
export function chosenBits(question, places) {
  const bits = question.options.map((_, at) => Number(places.includes(at)));
  return question.blank ? [Number(!places.length), ...bits] : bits;
}

async function answer(key, question, chosen, head, chance) {
  const secrets = [];
  for (const _ of chosen) secrets.push(await key.group.scalar(chance));
  const choices = chosen.map((m, at) => encrypt(key, m, secrets[at]));
  const individual = [];
  for (const [at, m] of chosen.entries()) {
    const text = `prove|${head}|${written(choices[at])}|`;
    const claims = [0, 1].map((message) => ({ r: secrets[at], holds: m, message }));
    individual.push(await proveOneOf(key, text, claims, m, chance));
  }
  const all = { choices, chosen, secrets, whole: `${head}|${choices.map(written).join(",")}` };
  const proofs = question.blank ? proveMaybeBlank : proveNumber;
  const { overall, blank } = await proofs(key, question, all, chance);
  const made = {
    choices: choices.map(ciphertextAsJson),
    individual_proofs: individual.map(listed),
    overall_proof: listed(overall),
  };
  return blank ? { ...made, blank_proof: listed(blank) } : made;
}

const listed = (proofs) => proofs.map(proofAsJson);

// The sum of the ciphertexts from one on, with what the voter knows of it.
function total(group, { choices, chosen, secrets }, from = 0) {
  const product = (one, other) => group.multiply(one, other);
  return {
    ciphertext: {
      alpha: choices.slice(from).map(({ alpha }) => alpha).reduce(product, 1n),
      beta: choices.slice(from).map(({ beta }) => beta).reduce(product, 1n),
    },
    r: group.modulo(secrets.slice(from).reduce((sum, r) => sum + r, 0n)),
    holds: chosen.slice(from).reduce((sum, m) => sum + m, 0),
  };
}

// As many are chosen as are asked for (§4.11.1).
async function proveNumber(key, question, all, chance) {
  const { ciphertext, r, holds } = total(key.group, all);
  const text = `prove|${all.whole}|${written(ciphertext)}|`;
  const claims = sums(question).map((message) => ({ r, holds, message }));
  return { overall: await proveOneOf(key, text, claims, holds - question.least, chance) };
}

// Not blank, or nothing chosen; and blank, or as many chosen as are asked for (§4.13).
async function proveMaybeBlank(key, question, all, chance) {
  const { r, holds } = total(key.group, all, 1);
  const isBlank = all.chosen[0];
  const blankIs = (message) => ({ r: all.secrets[0], holds: isBlank, message });
  const sumIs = (message) => ({ r, holds, message });
  const first = [blankIs(0), sumIs(0)];
  const second = [blankIs(1), ...sums(question).map(sumIs)];
  const at = isBlank ? 0 : 1 + holds - question.least;
  const blank = await proveOneOf(key, `bproof0|${all.whole}|`, first, isBlank, chance);
  const overall = await proveOneOf(key, `bproof1|${all.whole}|`, second, at, chance);
  return { overall, blank };
}
