// An election: its questions, its public key, and the bytes that everybody hashes (§4.9, §4.10).

import {
  digestHex, fields, fingerprint, items, malformed, parseJson, text, whole,
} from "./encoding.js";
import { groupNamed } from "./group.js";

export const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const UUID = new RegExp(`^[${BASE58}]{14,40}$`);
const VERSION = 1;
const LARGEST = 200_000; // characters
const MOST_OPTIONS = 100;

// Choose at least `least` and at most `most` of the options or, where `blank` is true, none.
function parseQuestion(value) {
  const found = fields(value, ["answers", "min", "max", "question"], ["blank"]);
  const question = {
    question: text(found.question),
    options: items(found.answers).map(text),
    least: whole(found.min),
    most: whole(found.max),
    blank: found.blank ?? false,
  };
  const { options, least, most, blank } = question;
  if (typeof blank !== "boolean" || !options.length || options.length > MOST_OPTIONS) {
    throw malformed("a question has options, and a blank vote or none");
  }
  if (least > most || most > options.length) {
    throw malformed("a question asks for more options than it has");
  }
  return question;
}

// How many options a vote that is not blank may choose.
export function sums({ least, most }) {
  return Array.from({ length: most - least + 1 }, (_, at) => least + at);
}

// How many ciphertexts an answer has: the blank one first.
export const lengthOf = ({ options, blank }) => options.length + Number(blank);

// `raw` is the election's text as it was published: hashed as it stands, never written again.
// `hash` is how ballots name it; `digest`, in hexadecimal, how the archive and the log do.
export async function parseElection(raw) {
  if (raw.length > LARGEST) throw malformed("the election is too large");
  const needed = [
    "version", "description", "name", "group", "public_key", "questions", "uuid",
  ];
  const value = fields(parseJson(raw), needed, ["administrator", "credential_authority"]);
  if (value.version !== VERSION) throw malformed("the election is of another version");
  if (!UUID.test(text(value.uuid))) throw malformed("the election's uuid is not well-formed");
  const group = groupNamed(value.group);
  const questions = items(value.questions).map(parseQuestion);
  if (!questions.length) throw malformed("the election asks nothing");
  return {
    raw,
    uuid: value.uuid,
    name: text(value.name),
    description: text(value.description),
    group,
    publicKey: group.parseElement(value.public_key),
    questions,
    hash: await fingerprint(raw),
    digest: await digestHex(raw),
  };
}

export const keyOf = ({ group, publicKey }) => ({ group, y: publicKey });
