// What the browser makes of a shared vector's input, in the shape of tests/ballots/belenios/vectors.py;
// and its verdict on a broken one, as in refused.py. One function, called by test_belenios_js.py.

async ([kind, part, given, extra]) => {
  const belenios = await import("/static/js/belenios.js");
  const ceremony = await import("/static/js/ceremony.js");
  const fixed = (label) => ceremony.derivedChance("vector", "", label);
  const toHex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (byte) => parseInt(byte, 16));
  const group = (await belenios.parseElection(extra.election)).group;

  const received = ({ certificates, contributions, pledges }, at) => ({
    certificates,
    pledges,
    contributions: contributions.map(({ commitments, secrets }) => (
      { commitments, secret: secrets[at] }
    )),
  });

  async function finish(seed, needed, { certificates, pledges, contributions }, chance) {
    const keys = await ceremony.keysOf(seed);
    const parsed = await ceremony.parseCertificates(certificates);
    return ceremony.finish(keys, parsed, needed, pledges, contributions, chance);
  }

  const makers = {
    async "chance.json"({ seed, ceremony: bound, label, numbers }) {
      const chance = ceremony.derivedChance(seed, bound, label);
      const bytes = [];
      for (const number of numbers) bytes.push(toHex(await chance(number)));
      return { bytes };
    },
    async "codes.json"({ chance, uuid }) {
      const code = await belenios.makeCode(fixed(chance));
      const secret = await belenios.secretOfCode(` ${code.replaceAll("-", "")}`, uuid);
      const credential = belenios.publicOf(secret);
      const slot = await belenios.slotOf(credential);
      return { code, secret: String(secret), public: String(credential), slot };
    },
    async "tweaks.json"({ shared, uuid, secret }) {
      const tweak = await belenios.tweak(fromHex(shared), uuid);
      const own = belenios.tweakedSecret(BigInt(secret), tweak);
      return {
        tweak: String(tweak), secret: String(own), public: String(belenios.publicOf(own)),
      };
    },
    async "ballots.json"({ election, secret, choices, chance }) {
      const parsed = await belenios.parseElection(election);
      return belenios.makeBallot(parsed, BigInt(secret), choices, fixed(chance));
    },
    async "ceremony.json"({ seeds, needed, nonce, chance }) {
      const keys = await Promise.all(seeds.map((seed) => ceremony.keysOf(seed)));
      const certificates = await Promise.all(keys.map((own) => ceremony.makeCertificate(own)));
      const parsed = await ceremony.parseCertificates(certificates);
      const contributions = [];
      for (const own of keys) contributions.push(await ceremony.contribute(own, parsed, needed));
      const pledges = await Promise.all(contributions.map(({ commitments }) => (
        ceremony.pledge(commitments)
      )));
      const made = { certificates, contributions, pledges };
      const shares = [];
      const answers = [];
      for (const [at, seed] of seeds.entries()) {
        const share = await finish(seed, needed, received(made, at), fixed(chance));
        shares.push({ ...share, secret: String(share.secret) });
        answers.push(await ceremony.answerKeyCheck(share.secret, nonce, fixed(chance)));
      }
      const value = {
        threshold: needed,
        certs: certificates,
        coefexps: contributions.map(({ commitments }) => commitments),
        verification_keys: shares.map(({ key }) => key),
      };
      const trustees = JSON.stringify([["Pedersen", value]]);
      const { publicKey } = await ceremony.parseTrustees(trustees, group);
      return {
        ...made,
        fingerprints: await Promise.all(parsed.map(ceremony.fingerprint)),
        ceremony: await ceremony.ceremonyId(parsed, needed),
        shares,
        answers,
        trustees,
        key: String(publicKey),
      };
    },
    async "decryptions.json"({ election, bodies, secret, chance }) {
      const parsed = await ceremony.parseElection(election);
      const { raw, trackers } = await ceremony.addUp(parsed, bodies);
      const tally = ceremony.parseTally(raw, parsed);
      const own = BigInt(secret);
      const key = belenios.publicOf(own);
      return {
        tally: raw,
        trackers,
        ...await ceremony.decrypt(parsed, tally, own, key, fixed(chance)),
      };
    },
  };

  function changed(value, { at, to }) {
    const whole = structuredClone(value);
    const last = at.at(-1);
    const place = at.slice(0, -1).reduce((here, step) => here[step], whole);
    if (to !== undefined) place[last] = to;
    else if (Array.isArray(place)) place.splice(last, 1);
    else delete place[last];
    return whole;
  }

  const verdicts = {
    election: belenios.parseElection,
    async choice({ election, choices }) {
      await belenios.makeBallot(await belenios.parseElection(election), 5n, choices);
    },
    async code(code) {
      belenios.readCode(code);
    },
    seed: (seed) => ceremony.keysOf(seed),
    certificates: (listed) => ceremony.parseCertificates(listed),
    async contribution({ seed, certificates }) {
      const parsed = await ceremony.parseCertificates(certificates);
      await ceremony.contribute(await ceremony.keysOf(seed), parsed, 2);
    },
    async finish(change) {
      const { given: { seeds }, made } = extra.ceremony;
      const value = changed({ seed: seeds[0], ...received(made, 0) }, change);
      await finish(value.seed, 2, value, fixed(""));
    },
    async trustees(change) {
      const value = changed(JSON.parse(extra.ceremony.made.trustees), change);
      await ceremony.parseTrustees(JSON.stringify(value), group);
    },
    async tally({ election, tally }) {
      ceremony.parseTally(tally, await belenios.parseElection(election));
    },
    "key check": (nonce) => ceremony.answerKeyCheck(5n, nonce),
  };

  if (kind === "make") return makers[part](given);
  try {
    await verdicts[part](given);
    return "holds";
  } catch (error) {
    return error instanceof belenios.Fault ? error.code : String(error.stack);
  }
}
