// What stands on the screen: one of the page's templates, in the words that came with the vote.

const view = document.querySelector("#view");
const progress = document.querySelector("#progress");

let words = {};

export function speak(language, said) {
  document.documentElement.lang = language;
  words = said;
  fill(document.body);
}

// A word with its facts: "Choose up to %(most)s." The page's files hold none in any language.
export function word(name, facts = {}) {
  const text = words[name];
  if (text === undefined) throw new Error(`there is no word ${name}`);
  return text.replace(/%\((\w+)\)s/g, (_, fact) => facts[fact]);
}

// data-word: a word; data-fact: a fact, and nothing where there is none; data-if: only where it is so;
// data-href: an address among the facts.
function fill(root, facts = {}) {
  for (const part of root.querySelectorAll("[data-if]")) {
    if (!facts[part.dataset.if]) part.remove();
  }
  for (const part of root.querySelectorAll("[data-word]")) {
    part.textContent = word(part.dataset.word);
  }
  for (const part of root.querySelectorAll("[data-fact]")) {
    const value = facts[part.dataset.fact];
    if (value === undefined) part.remove();
    else part.textContent = value;
  }
  for (const part of root.querySelectorAll("[data-href]")) {
    part.href = facts[part.dataset.href];
  }
}

// Shows a template and moves to its heading: who listens hears it at once. `dress` may add to it
// before it is shown. Returns the view.
export function show(name, facts = {}, dress = () => {}) {
  const part = document.querySelector(`template#${name}`).content.cloneNode(true);
  fill(part, facts);
  dress(part);
  document.querySelector("#starting")?.remove();
  view.replaceChildren(part);
  view.dataset.view = name;
  view.querySelector("h1").focus();
  return view;
}

// The page's title names the step and the association.
export function title(step, association) {
  document.title = `${step} · ${association}`;
}

// Said while the page works, to who looks and to who listens.
export function tell(text = "") {
  progress.textContent = text;
}

// What is wrong, beside its field, which gets the focus. Without text it is taken away.
export function complain(id, field, text = "") {
  const place = view.querySelector(`#${id}`);
  place.textContent = text;
  place.hidden = !text;
  place.parentElement.classList.toggle("wrong", Boolean(text));
  if (text) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
    field.focus();
  } else {
    field.removeAttribute("aria-invalid");
  }
}
