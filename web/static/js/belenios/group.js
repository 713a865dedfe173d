// The group in which votes are encrypted (§5.1): numbers modulo the prime p, of order q.
//
// Elements and scalars are BigInts, written in base 10 in every text that is hashed or sent. A
// BigInt's arithmetic takes a time that depends on its digits: whoever could measure that on the
// voter's own device could read the screen as well.

import { digest, malformed, toNumber } from "./encoding.js";

const DECIMAL = /^(0|[1-9][0-9]{0,699})$/;
const WINDOW = 5n; // bits looked up at once: more would make short ballots wait for the tables

// Chance is a function that gives so many random bytes, or a promise of them.
export const randomBytes = (number) => crypto.getRandomValues(new Uint8Array(number));

export class Group {
  #tables = new Map();

  constructor({ name, p, q, g }) {
    Object.assign(this, { name, p, q, g });
  }

  // Powers of a base that is used often: the generator, an election's public key.
  fixedBase(base) {
    if (!this.#tables.has(base)) this.#tables.set(base, fixedBase(this, base));
    return this.#tables.get(base);
  }

  // A power of the generator.
  powers(exponent) {
    return this.fixedBase(this.g)(exponent);
  }

  // A power of any base; the exponent is not negative.
  power(base, exponent) {
    const { p } = this;
    const small = [1n];
    for (let at = 1; at < 16; at += 1) small.push((small[at - 1] * base) % p);
    let number = 1n;
    for (const digit of exponent.toString(16)) {
      for (let square = 0; square < 4; square += 1) number = (number * number) % p;
      number = (number * small[parseInt(digit, 16)]) % p;
    }
    return number;
  }

  multiply(one, other) {
    return (one * other) % this.p;
  }

  // An exponent in its range, also where it was negative.
  modulo(exponent) {
    const rest = exponent % this.q;
    return rest < 0n ? rest + this.q : rest;
  }

  // Whether it is an element: what lies outside may prove anything (x^q = 1, 0 < x < p).
  contains(number) {
    return number > 0n && number < this.p && this.power(number, this.q) === 1n;
  }

  // 512 bits: the bias modulo a q of 256 bits cannot be noticed.
  async scalar(chance) {
    return toNumber(await chance(64)) % this.q;
  }

  // What every proof here is challenged with. Hashing gives the page's other work its turn, so that
  // a long ballot does not freeze the screen.
  async challenge(text) {
    return toNumber(await digest(text)) % this.q;
  }

  parseElement(text) {
    const number = decimal(text);
    if (!this.contains(number)) throw malformed("a number is no element of the group");
    return number;
  }

  parseScalar(text) {
    const number = decimal(text);
    if (number >= this.q) throw malformed("a number is not below the group's order");
    return number;
  }
}

function decimal(text) {
  if (typeof text !== "string" || !DECIMAL.test(text)) {
    throw malformed("this is not a number in base 10");
  }
  return BigInt(text);
}

// base^(d·32^i) for every digit d: a power becomes 52 multiplications.
function fixedBase(group, base) {
  const { p, q } = group;
  const size = 1n << WINDOW;
  const rows = [];
  let step = base;
  for (let order = q; order; order >>= WINDOW) {
    const row = [1n];
    while (row.length < size) row.push((row[row.length - 1] * step) % p);
    rows.push(row);
    step = (row[row.length - 1] * step) % p;
  }
  return (exponent) => {
    let rest = group.modulo(exponent);
    let number = 1n;
    for (const row of rows) {
      const digit = Number(rest & (size - 1n));
      if (digit) number = (number * row[digit]) % p;
      rest >>= WINDOW;
    }
    return number;
  };
}

const whole = (...parts) => BigInt(parts.join(""));

export const BELENIOS_2048 = new Group({
  name: "BELENIOS-2048",
  p: whole(
    "20694785691422546401013643657505008064922989295751104097100884787057374219242717",
    "40192223725449768433812906663313807895840496005438963628979639303877390572280360",
    "59737494276713767776188985898727358650490811670993105358677809800307904916540637",
    "77173764198678527273474476341835600035698305193144284561701911000786737307333564",
    "12397173289791324047457883446826065232797464795113767265869358218004631792207366",
    "88600526271863633860887968821207694323661494910029234443463732221458841005864210",
    "50242120365433561201320481118852408731077014151666200162313177169372189248078507",
    "711827842317498073276598828825169183103125680162072880719",
  ),
  q: whole("78571733251071885079927659812671450121821421258408794611510081919805623223441"),
  g: whole(
    "24023526775018522092276877035323999327122876573783649165100753187876632741463532",
    "19320285676155269678799694668298749389095083896573425601900601068477164491735474",
    "13728310461045868131451178164675540052740288984613986453266121505579709716201616",
    "82703128864324566638348636357821061549184199825343151897406581868686511513585764",
    "10138882215396016043228843603930989333662772848406593138406010231675095763777982",
    "66510360682240663507669776402534625377308513317349519424896775405257365904949247",
    "76314759915751987751777114814909204566002054781270547282381409725186398583341157",
    "00568353695553423781475582491896050296680037745308460627",
  ),
});

// Only the group that we know: others may lack what the proofs rely on.
export function groupNamed(name) {
  if (name !== BELENIOS_2048.name) throw malformed("ballots are not encrypted in this group here");
  return BELENIOS_2048;
}
