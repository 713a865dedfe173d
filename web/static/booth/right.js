// The voter's right: the private half of the credential that the election lists in their slot. Either
// this device has made it (their own key, with a tweak of this vote's), or the server hands it over
// once and forgets it when this browser says that it has kept it.

import {
  Fault, publicOf, readCode, secretOfCode, slotOf, tweakedSecret,
} from "/static/js/belenios.js";
import { ask } from "./ask.js";

const HANDED = "stamma-right:";
const OWN = "stamma-own-key:";

// The member has a key of their own, of which this is the public half, and it is not in this browser.
export class Elsewhere extends Error {
  constructor(key) {
    super("the member's own key is elsewhere");
    this.key = key;
  }
}

// {secret, forget}: what ballots are signed with, and what to do when it is needed no more. Throws
// Elsewhere; a Refusal where it was handed over to another browser.
export async function right(server, poll, slot) {
  const name = `${HANDED}${server.at}:${poll}:${slot}`;
  const kept = read(name);
  if (kept) return { secret: BigInt(kept), forget: async () => drop(name) };
  const given = await ask(server, `/polls/${poll}/credential`, { sent: {} });
  if (given.key) return { secret: await ownFor(server, given, slot), forget: async () => {} };
  const secret = BigInt(given.secret);
  await check(secret, slot);
  const confirm = () => ask(server, `/polls/${poll}/credential/kept`, { sent: {} });
  // Where nothing can be kept the server is told to forget it when the vote is cast.
  if (!keep(name, given.secret)) return { secret, forget: confirm };
  await confirm();
  return { secret, forget: async () => drop(name) };
}

async function ownFor(server, given, slot) {
  const own = read(OWN + server.at);
  if (!own || String(publicOf(BigInt(own))) !== given.key) throw new Elsewhere(given.key);
  const secret = tweakedSecret(BigInt(own), BigInt(given.tweak));
  await check(secret, slot);
  return secret;
}

// A right that is not the one in the list would make a ballot that is refused, or somebody else's.
async function check(secret, slot) {
  if ((await slotOf(publicOf(secret))) !== slot) throw new Fault("other-voter");
}

// The own key, made again from the code that was written down; `origin` is the log's name. Throws a
// Fault where a letter was mistyped, or where the code is of another key than the registered one.
export async function restore(server, code, origin, registered) {
  const secret = await secretOfCode(readCode(code), origin);
  if (String(publicOf(secret)) !== registered) throw new Fault("other-key");
  keepOwn(server, secret);
}

export const keepOwn = (server, secret) => keep(OWN + server.at, String(secret));
export const ownKey = (server) => read(OWN + server.at);
export const dropOwn = (server) => drop(OWN + server.at);

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
    return localStorage.getItem(name) === value;
  } catch {
    return false; // storage is full or forbidden: the right lasts for as long as the page does
  }
}

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function drop(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Then it was never kept.
  }
}
