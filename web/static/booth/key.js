// A member's own key for secret votes: made here, kept here, written down as a code. The server gets the
// public half alone; each vote uses the key with a tweak of its own, so that no two can be linked.

import { Fault, makeCode, publicOf, secretOfCode } from "/static/js/belenios.js";
import { NoAnswer, Refusal, addressed, ask } from "./ask.js";
import { keepOwn, ownKey, restore } from "./right.js";
import { complain, show, speak, tell, title, word } from "./show.js";

let server;
let given; // what the server says: the log's name, and the public half that is registered
let made; // {code, secret}, until its owner has written the code down

async function enter() {
  server = addressed("me");
  given = await ask(server, "/me/key");
  speak(given.language, given.words);
  document.querySelector("[data-name]").textContent = given.association;
  document.querySelector("[data-kind]").textContent = word("key-kind");
  const back = document.querySelector("#back");
  back.href = server.at + given.addresses.me;
  back.hidden = false;
  proceed();
}

function proceed() {
  const own = ownKey(server);
  if (!given.registered) none();
  else if (own && String(publicOf(BigInt(own))) === given.registered) here();
  else elsewhere();
}

function none() {
  show("none").querySelector("[data-do=make]").addEventListener("click", () => act(make));
  title(word("key-title"), given.association);
}

async function make() {
  tell(word("key-making"));
  const code = await makeCode();
  made = { code, secret: await secretOfCode(code, given.origin) };
  const view = show("written", { code });
  title(word("key-write-down"), given.association);
  view.querySelector("[data-do=print]").addEventListener("click", () => print());
  view.querySelector("[data-do=register]").addEventListener("click", () => act(register));
}

// Kept here first: a key that is registered and kept nowhere would cost its owner a vote.
async function register() {
  const registered = String(publicOf(made.secret));
  if (!keepOwn(server, made.secret)) throw new Refusal("unkept", word("key-unkept"));
  await ask(server, "/me/key", { sent: { public: registered }, again: () => tell(word("again")) });
  given.registered = registered;
  here();
}

function here() {
  show("here", { me: server.at + given.addresses.me });
  title(word("key-here"), given.association);
}

function elsewhere() {
  const view = show("elsewhere");
  title(word("own-key-elsewhere"), given.association);
  view.querySelector("[data-do=make]").addEventListener("click", () => act(make));
  const field = view.querySelector("#code");
  view.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    act(async () => {
      try {
        await restore(server, field.value, given.origin, given.registered);
        here();
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const other = error.code === "other-key";
        complain("code-error", field, word(other ? "code-other" : "code-wrong"));
      }
    });
  });
}

async function act(step) {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof NoAnswer)) throw error;
    const because = error instanceof NoAnswer ? word("key-unanswered") : error.message;
    show("refused", { because, me: server.at + given.addresses.me });
  } finally {
    tell();
  }
}

try {
  await enter();
} catch (error) {
  if (error instanceof Refusal && error.status === 401) {
    location.assign(`${server.at}/login?next=/me`);
  } else {
    document.querySelector("#starting").remove();
    document.querySelector("#stuck").hidden = false;
    console.error(error);
  }
}
