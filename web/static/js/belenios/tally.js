// The tally: all ballots multiplied together, and a trustee's part of opening it (§4.16, §4.18).

import { Fault, compact, fingerprint, items, malformed, parseJson } from "./encoding.js";
import { lengthOf } from "./election.js";
import { randomBytes } from "./group.js";
import { ciphertextAsJson, parseCiphertext, proofAsJson, proveEqual, written } from "./proof.js";
import { provenChoices } from "./proven.js";

const STRONG = "stamma-decryption/v1";

// A ciphertext per question and option.
export function parseTally(raw, election) {
  const tally = items(parseJson(raw)).map((row) => (
    items(row).map((each) => parseCiphertext(each, election.group))
  ));
  if (tally.map((row) => row.length).join() !== election.questions.map(lengthOf).join()) {
    throw malformed("the tally has another shape than the questions");
  }
  return tally;
}

// The encrypted sums over ballots of which each is its voter's last, and the ballots' trackers: a
// trustee opens what was voted, not what somebody hands over in its place. Throws a Fault where a
// ballot is not proven to be of this election. `told` hears how many have been added.
export async function addUp(election, bodies, told = () => {}) {
  const { group } = election;
  const sums = election.questions.map((question) => (
    Array.from({ length: lengthOf(question) }, () => ({ alpha: 1n, beta: 1n }))
  ));
  const trackers = [];
  for (const body of bodies) {
    const { choices } = await provenChoices(election, body);
    sums.forEach((row, question) => row.forEach((sum, option) => {
      const choice = choices[question][option];
      sum.alpha = group.multiply(sum.alpha, choice.alpha);
      sum.beta = group.multiply(sum.beta, choice.beta);
    }));
    trackers.push(await fingerprint(body));
    told(trackers.length);
  }
  return { raw: compact(sums.map((row) => row.map(ciphertextAsJson))), trackers };
}

// A trustee's part of opening: {partial: its text as the archive holds it, strong: the proofs that
// lie beside the archive}. The specification's proof hashes neither ciphertext nor factor: a trustee
// could spoil the opening and not be named. The strong one hashes the whole statement.
// Throws a Fault where `secret` is not the private key of `expected`, the trustee's listed key.
export async function decrypt(election, tally, secret, expected, chance = randomBytes) {
  const { group, hash } = election;
  const key = group.powers(secret);
  if (key !== expected) throw new Fault("trustee-key");
  const factors = await each(tally, ({ alpha }) => group.power(alpha, secret));
  const head = `decrypt|${hash}|${key}|`;
  const proofs = await each(tally, ({ alpha }) => proveEqual(group, head, alpha, secret, chance));
  const strong = await each(tally, (ciphertext, row, at) => {
    const statement = [STRONG, group.name, hash, key, written(ciphertext), factors[row][at], ""];
    return proveEqual(group, statement.join("|"), ciphertext.alpha, secret, chance);
  });
  const partial = compact({
    decryption_factors: factors.map((row) => row.map(String)),
    decryption_proofs: listed(proofs),
  });
  return { partial, strong: listed(strong) };
}

const listed = (rows) => rows.map((row) => row.map(proofAsJson));

async function each(tally, make) {
  const made = [];
  for (const [row, ciphertexts] of tally.entries()) {
    made.push([]);
    for (const [at, ciphertext] of ciphertexts.entries()) {
      made[row].push(await make(ciphertext, row, at));
    }
  }
  return made;
}
