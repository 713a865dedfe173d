// A report's receipt: one that did not hold, as it came, else the one that this browser has kept.

import * as receipts from "./receipts.js";

const page = document.querySelector("[data-report]");
const { poll, slot } = page.dataset;
const area = page.querySelector("[name=receipt]");

area.value ||= receipts.doubted(poll, slot) || (receipts.find(poll, slot)?.receipt ?? "");
