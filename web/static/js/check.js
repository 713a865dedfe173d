// The page "Check a receipt": pasted, dropped, kept by this browser, or named by a QR code.

import * as receipts from "./receipts.js";
import * as tlog from "./tlog.js";
import { check, fetched, reason, tell } from "./verdict.js";

const page = document.querySelector("[data-check]");
// What a QR code holds after the #: poll, slot and ballot hash. No server sees it.
const NAMED = /^#([0-9a-f]{64})\/([0-9a-f]{32})\/([0-9a-f]{64})$/;

function listKept() {
  const kept = receipts.all();
  const list = page.querySelector("[data-kept]");
  if (!kept.length) return;
  for (const each of kept) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${list.dataset.label}: ${each.title}`;
    button.addEventListener("click", () => check(page, each.receipt, each, { title: each.title }));
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  list.closest("[hidden]").hidden = false;
}

function listen() {
  const form = page.querySelector("form");
  const area = form.querySelector("textarea");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(page, area.value.replaceAll("\r\n", "\n"));
  });
  const take = async (file) => {
    if (!file) return;
    area.value = file.size > 400_000 ? "" : await file.text();
    check(page, area.value);
  };
  form.querySelector("[type=file]").addEventListener("change", (event) => {
    take(event.target.files[0]);
  });
  page.addEventListener("dragover", (event) => event.preventDefault());
  page.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}

async function checkNamed() {
  const [, election, slot, hash] = NAMED.exec(location.hash) ?? [];
  if (!election) return;
  try {
    const receipt = await fetched(`/board/receipts/${election}/${slot}`);
    page.querySelector("textarea").value = receipt;
    await check(page, receipt, { election, slot, hash });
  } catch (error) {
    tell(page, "fails", { because: reason(page, error) });
  }
}

// Whoever pressed "Check my vote" before its script was there comes here with the receipt, and gets
// this browser's own check all the same.
async function checkGiven() {
  const given = page.querySelector("textarea").value.replaceAll("\r\n", "\n");
  if (!given) return;
  const receipt = given.endsWith("\n") ? given : `${given}\n`;
  const kept = receipts.all().find((each) => each.receipt === receipt);
  await check(page, receipt, kept, { title: kept?.title });
}

// Without Ed25519 in the browser the form goes to the server, and the page says so.
if (await tlog.supported()) {
  listen();
  listKept();
  addEventListener("hashchange", checkNamed);
  await (location.hash ? checkNamed() : checkGiven());
} else {
  page.querySelector("[data-unsupported]").hidden = false;
}
