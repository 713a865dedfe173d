// An open ballot as ballots/open_ballot.py writes it: five lines, the same bytes.

export function encode({ election, slot, salt, choice }) {
  const lines = [`election ${election}`, `slot ${slot}`, `salt ${salt}`, `choice ${choice}`];
  return ["stamma-ballot/v1 open", ...lines, ""].join("\n");
}
