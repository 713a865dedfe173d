// The vote as it was frozen. Everything that is shown and encrypted is taken from two texts whose
// hashes stand on the log: the manifest names the poll there, and names the election in turn.

import { Fault, parseElection, parseTrustees } from "/static/js/belenios.js";
import { hex, sha256 } from "/static/js/tlog.js";

const BLANK = "blank"; // as ballots/secret_poll.py counts it
const FEWEST = 5; // voters, below whom numbers say who chose what: ballots/verify_secret.py

const malformed = () => new Fault("malformed");

// {id: what the log calls it, question, options: [{id, label, blank}], method, most, election, revote,
// trust, few: whether so few may vote that only the outcome will be told}, in the reader's language
// where the manifest has it. Throws a Fault where the texts disagree.
export async function parsePoll({ manifest: raw, election: archived, logKey, language }) {
  const manifest = JSON.parse(raw);
  const id = hex(await sha256(new TextEncoder().encode(raw)));
  const election = await parseElection(archived);
  const { secret } = manifest;
  if (manifest.ballots !== "secret" || secret.election !== election.digest) throw malformed();
  if (manifest.origin !== logKey.split("+")[0]) throw new Fault("origin");
  const [question] = election.questions;
  const named = manifest.options.filter((option) => option.id !== BLANK);
  if (election.questions.length !== 1 || !areAsked(question, named)) throw malformed();
  if (question.blank !== named.length < manifest.options.length) throw malformed();
  const pick = (texts) => texts[language] ?? texts.en ?? Object.values(texts)[0];
  return {
    id,
    election,
    question: pick(manifest.question),
    options: manifest.options.map((option) => ({
      id: option.id,
      label: pick(option.label),
      blank: option.id === BLANK,
      place: named.indexOf(option),
    })),
    method: manifest.method,
    most: question.most,
    revote: secret.revote,
    trust: secret,
    few: manifest.voters < FEWEST,
  };
}

// Every option in the order of the manifest, in one of its languages.
function areAsked(question, named) {
  return question.options.length === named.length && question.options.every(
    (label, at) => Object.values(named[at].label).includes(label),
  );
}

// That the key votes are encrypted with is the one that these trustees have made together, and that as
// many of them as is said have to act together to open anything.
export async function checkKey({ election, trust }, raw) {
  const digest = hex(await sha256(new TextEncoder().encode(raw)));
  if (digest !== trust.trustees) throw malformed();
  const { publicKey, needed, keys } = await parseTrustees(raw, election.group);
  const asSaid = needed === trust.needed && keys.length === trust.holders;
  if (publicKey !== election.publicKey || !asSaid) throw new Fault("trustee-key");
}
