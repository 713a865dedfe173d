// Private messages between trustees, carried by somebody who must not read them: signed, then
// sealed to their receiver by AES-256-GCM under a key of their own, as ballots/belenios/ceremony.py
// does it. Each is bound to its ceremony, its sender and its receiver, who are numbers from 1.

import { Fault, bytes, compact, fields, hex, parseJson, sha256 } from "./encoding.js";
import { checkSigned, parseSigned, sign } from "./trustee.js";

export const CHANNEL = "stamma-channel/v1";
const NONCE = new Uint8Array(12); // each message has a key of its own
const HEX = /^([0-9a-f]{2})+$/;

const boundTo = (ceremony, sender, receiver) => `${CHANNEL}|${ceremony}|${sender}|${receiver}`;

export async function send(keys, certificates, ceremony, sender, receiver, message, chance) {
  const { group } = keys;
  const bound = boundTo(ceremony, sender, receiver);
  const signed = await sign(group, keys.signing, `${bound}|${message}`, chance);
  const once = await group.scalar(chance);
  const shared = group.power(certificates[receiver - 1].encryption, once);
  const shown = group.powers(once);
  const key = await messageKey(bound, shown, shared, "encrypt");
  const sealed = await crypto.subtle.encrypt(how(bound), key, bytes(compact(signed)));
  return { key: String(shown), sealed: hex(new Uint8Array(sealed)) };
}

// What a sender wrote to this trustee.
export async function receive(keys, certificates, ceremony, sender, receiver, value) {
  const { group } = keys;
  const found = fields(value, ["key", "sealed"]);
  const shown = group.parseElement(found.key);
  const bound = boundTo(ceremony, sender, receiver);
  const shared = group.power(shown, keys.decryption);
  const key = await messageKey(bound, shown, shared, "decrypt");
  const opened = await unseal(bound, key, found.sealed);
  if (opened === null) throw new Fault("channel");
  const signed = parseSigned(parseJson(opened), group);
  await checkSigned(group, certificates[sender - 1].verification, signed);
  if (!signed.message.startsWith(`${bound}|`)) throw new Fault("channel");
  return signed.message.slice(bound.length + 1);
}

const how = (bound) => ({ name: "AES-GCM", iv: NONCE, additionalData: bytes(bound) });

async function messageKey(bound, shown, shared, use) {
  const raw = await sha256(bytes(`${bound}|${shown}|${shared}`));
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, [use]);
}

async function unseal(bound, key, sealed) {
  if (typeof sealed !== "string" || !HEX.test(sealed)) return null;
  const box = Uint8Array.from(sealed.match(/../g), (byte) => parseInt(byte, 16));
  try {
    const opened = await crypto.subtle.decrypt(how(bound), key, box);
    return new TextDecoder("utf-8", { fatal: true }).decode(opened);
  } catch {
    return null;
  }
}
