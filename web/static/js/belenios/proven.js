// What a trustee's device asks of a ballot before it opens a sum that holds it: that each choice was
// encrypted for this election and under this credential, by somebody who knows what is in it (§4.11).
// Else a server could hide the choices of one voter in a vote of its own making, and have them opened.
// That the choices are also as many as are asked for is the verifier's to check.

import { Fault, items, malformed, ordered, parseJson, text } from "./encoding.js";
import { keyOf, lengthOf } from "./election.js";
import { parseCiphertext, parseProof, written } from "./proof.js";

const PARTS = ["election_uuid", "election_hash", "credential", "answers", "signature"];

// {credential, choices: the ciphertexts of each question}; throws a Fault.
export async function provenChoices(election, body) {
  const value = ordered(parseJson(body), PARTS);
  if (value.election_uuid !== election.uuid || value.election_hash !== election.hash) {
    throw new Fault("wrong-poll");
  }
  const credential = text(value.credential);
  const answers = items(value.answers);
  if (answers.length !== election.questions.length) throw malformed("an answer is missing");
  const choices = [];
  for (const [at, question] of election.questions.entries()) {
    choices.push(await provenAnswer(election, question, answers[at], credential));
  }
  return { credential, choices };
}

async function provenAnswer(election, question, answer, credential) {
  const choices = items(answer.choices).map((each) => parseCiphertext(each, election.group));
  const proofs = items(answer.individual_proofs);
  if (choices.length !== lengthOf(question) || proofs.length !== choices.length) {
    throw malformed("the answer has another number of choices than the question");
  }
  for (const [at, choice] of choices.entries()) {
    const head = `prove|${election.hash}|${credential}|${written(choice)}|`;
    const given = items(proofs[at]).map((each) => parseProof(each, election.group));
    if (!(await isNoneOrOne(keyOf(election), head, choice, given))) {
      throw new Fault("individual-proof");
    }
  }
  return choices;
}

async function isNoneOrOne(key, head, choice, proofs) {
  if (proofs.length !== 2) return false;
  const { group } = key;
  const commitments = proofs.map((proof, message) => commitment(key, choice, message, proof));
  const total = group.modulo(proofs[0].challenge + proofs[1].challenge);
  return (await group.challenge(head + commitments.join(","))) === total;
}

// A = g^response·alpha^c and B = y^response·(beta/g^message)^c.
function commitment({ group, y }, { alpha, beta }, message, { challenge, response }) {
  const a = group.multiply(group.powers(response), group.power(alpha, challenge));
  const known = group.multiply(
    group.fixedBase(y)(response), group.powers(-BigInt(message) * challenge),
  );
  return `${a},${group.multiply(known, group.power(beta, challenge))}`;
}
