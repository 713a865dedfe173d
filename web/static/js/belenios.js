// Secret ballots after the Belenios protocol, crypto version 1, in the words of its specification
// 2.0, whose sections are named: what a voter's browser needs. ceremony.js is the trustees' part.

export { Fault } from "./belenios/encoding.js";
export { parseElection } from "./belenios/election.js";
export { checkChoice, chosenBits, makeBallot } from "./belenios/ballot.js";
export {
  makeCode, publicOf, readCode, secretOfCode, slotOf, tweak, tweakedSecret,
} from "./belenios/credential.js";
export { parseTrustees } from "./belenios/trustee.js";
