// Credentials: what signs a voter's ballots, and the public half that the election lists (§4.8).

import { bytes, concat, digestHex, malformed, sha256, toNumber } from "./encoding.js";
import { BASE58 } from "./election.js";
import { BELENIOS_2048, randomBytes } from "./group.js";

const LETTERS = 14;
const ROUNDS = 1_000;
const TWEAK = "stamma-credential-tweak/v1";
const SLOT = "stamma-slot/v1\0";

// A credential to write down: XXX-XXX-XXX-XXX-XXX, its last letter a check on the others.
export async function makeCode(chance = randomBytes) {
  // 32 bytes: the bias of 58^14 (82 bits) cannot be noticed.
  const number = toNumber(await chance(32)) % 58n ** BigInt(LETTERS);
  let letters = "";
  for (let at = LETTERS - 1; at >= 0; at -= 1) {
    letters += BASE58[Number((number / 58n ** BigInt(at)) % 58n)];
  }
  return dashed(letters + checkLetter(letters));
}

const dashed = (letters) => letters.match(/.{3}/g).join("-");

function checkLetter(letters) {
  const number = [...letters].reduce((sum, each) => sum * 58n + BigInt(BASE58.indexOf(each)), 0n);
  return BASE58[Number((53n - (number % 53n)) % 53n)];
}

// A code as it is derived from, whichever way its dashes and spaces were typed; throws a Fault
// where a letter was mistyped.
export function readCode(typed) {
  const letters = typed.replace(/[\s-]/g, "");
  if (letters.length !== LETTERS + 1 || [...letters].some((each) => !BASE58.includes(each))) {
    throw malformed("a credential is 15 letters and digits");
  }
  if (checkLetter(letters.slice(0, LETTERS)) !== letters[LETTERS]) {
    throw malformed("a letter of the credential is mistyped");
  }
  return dashed(letters);
}

export async function secretOfCode(code, uuid, group = BELENIOS_2048) {
  const password = bytes(readCode(code));
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(uuid), iterations: ROUNDS };
  const derived = await crypto.subtle.deriveBits(how, key, 256);
  return toNumber(new Uint8Array(derived)) % group.q;
}

export const publicOf = (secret, group = BELENIOS_2048) => group.powers(secret);

// The 128 bits under which the log knows a public credential, in hexadecimal.
export async function slotOf(credential) {
  return (await digestHex(`${SLOT}${credential}`)).slice(0, 32);
}

// What is added to a member's long-lived credential in one election: ballots/belenios/credential.py
// says why. `shared` are the 32 bytes that the member and the server alone have.
export async function tweak(shared, uuid, group = BELENIOS_2048) {
  const half = (part) => {
    const head = bytes(`${TWEAK}\0${part}\0${shared.length}\0`);
    return sha256(concat(head, shared, bytes(uuid)));
  };
  return toNumber(concat(await half(1), await half(2))) % group.q;
}

export const tweakedSecret = (secret, tweak, group = BELENIOS_2048) => group.modulo(secret + tweak);
