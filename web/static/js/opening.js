// Before a trustee's device opens anything: that what it opens is the sum of all the ballots that the
// log holds for this vote, each made for it by one of its voters; and that it has opened no other sum
// of this vote. Else a server could have single votes opened, one by one.

import { addUp, parseElection } from "./ceremony.js";
import {
  Fault, decodeBase64, equal, hex, leafHash, nodeHash, openNote, parseEntry, parseKey, sha256,
} from "./tlog.js";
import { fetched } from "./verdict.js";

const AT_ONCE = 10_000; // entries, as many as the server gives
const utf8 = new TextEncoder();

const digest = async (text) => hex(await sha256(utf8.encode(text)));
const differs = () => new Fault("tally");

// {election: whose sum it is, digest: of the sum, voters: how many ballots make it}. Throws the Fault
// "tally" where anything does not agree, "unproven" where a ballot is not of this vote.
export async function checkSum(given, told = () => {}) {
  const { manifest, election: raw, credentials, tally, ballots, logKey } = given;
  const id = await digest(manifest);
  const election = await parseElection(raw);
  const { secret } = JSON.parse(manifest);
  if (secret.election !== election.digest) throw differs();
  if (secret.credentials !== await digest(credentials)) throw differs();
  await checkLogged(id, ballots, await entries(logKey));
  const last = lastOf(ballots, new Set(JSON.parse(credentials)));
  const { raw: added } = await proven(addUp(election, last, (at) => told(at, last.length)));
  if (added !== tally) throw differs();
  return { election, digest: await digest(tally), voters: last.length };
}

// Each voter's last ballot, in the order in which these came.
function lastOf(ballots, voters) {
  const last = new Map();
  for (const body of ballots) {
    const { credential } = JSON.parse(body);
    if (!voters.has(credential)) throw new Fault("unproven");
    last.delete(credential);
    last.set(credential, body);
  }
  return [...last.values()];
}

async function proven(adding) {
  try {
    return await adding;
  } catch (error) {
    throw error instanceof Fault ? new Fault("unproven") : error;
  }
}

// This device opens one sum of a vote: of two, the difference would be somebody's choice. What it has
// opened is kept before the part is sent; the same sum may be opened again. Throws the Fault "second".
export function openOnce(election, sum) {
  const name = `stamma-opened:${election.digest}`;
  const opened = localStorage.getItem(name) ?? sum;
  if (opened !== sum) throw new Fault("second");
  localStorage.setItem(name, sum);
}

// The vote is closed on the log, and its ballots there are these, in this order.
async function checkLogged(id, ballots, logged) {
  const own = logged.map(parseEntry).filter(({ election }) => election === id);
  const cast = own.filter(({ kind }) => kind === "ballot");
  if (!own.some(({ kind }) => kind === "close") || cast.length !== ballots.length) throw differs();
  for (const [at, body] of ballots.entries()) {
    if (cast[at].ballot !== `sha256:${await digest(body)}`) throw differs();
  }
}

// Every entry that the log's key has signed for: their tree has the root that was signed.
async function entries(logKey) {
  const key = await parseKey(logKey);
  const { size, root } = await openNote(await fetched("/board/checkpoint"), key);
  const found = [];
  while (found.length < size) {
    const end = Math.min(size, found.length + AT_ONCE);
    const lines = (await fetched(`/board/entries?start=${found.length}&end=${end}`)).trim();
    const read = lines.split("\n").map(decodeBase64);
    if (!read.length || found.length + read.length > size) throw differs();
    found.push(...read);
  }
  if (!equal(await rootOf(found), root)) throw differs();
  return found;
}

// RFC 6962 §2.1: complete subtrees of falling size, joined from the right.
async function rootOf(leaves) {
  const peaks = []; // [number of leaves, hash]
  for (const leaf of leaves) {
    let size = 1;
    let hash = await leafHash(leaf);
    while (peaks.length && peaks.at(-1)[0] === size) {
      hash = await nodeHash(peaks.pop()[1], hash);
      size *= 2;
    }
    peaks.push([size, hash]);
  }
  let [, root] = peaks.pop();
  while (peaks.length) root = await nodeHash(peaks.pop()[1], root);
  return root;
}
