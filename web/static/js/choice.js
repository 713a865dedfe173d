// What a ballot's line `choice …` says, in the page's words (ballots/choice.py has its grammar). The
// page's [data-labels] holds what its ids are called, and the form of its ballots.

export function worded(page, choice) {
  const held = page.querySelector("[data-labels]");
  const named = (kind, id) => held.querySelector(`[data-${kind}="${CSS.escape(id)}"]`)?.textContent;
  const label = (id) => named("label", id) ?? id;
  const whole = named("label", choice);
  const form = held.dataset.labels;
  if (form === "marks") {
    return choice.split("+").map((each) => {
      const [id, mark] = each.split(":");
      return mark === undefined ? label(id) : `${label(id)}: ${named("grade", mark) ?? mark}`;
    }).join("\n");
  }
  if (form !== "ranking") return whole ?? choice.split("+").map(label).join("\n");
  // Who votes blank ranks nobody.
  if (choice === "blank" || choice === "abstain") return label(choice);
  return choice.split(">").map((rank, at) => (
    `${at + 1}. ${rank.split("=").map(label).join(" = ")}`
  )).join("\n");
}
