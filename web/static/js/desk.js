// The desk's search answers while one types: the page is asked for again under the words' address,
// and what it found is taken over. Without scripts the form does the same.
import { renew } from "./live.js";

const form = document.querySelector("[data-search]");
const field = form.querySelector("input[type=search]");
let waiting = 0;

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 140);
});

// Who was quicker than this script has typed already.
if (field.value !== field.defaultValue) look();

async function look() {
  const address = new URL(form.action);
  if (field.value.trim()) address.searchParams.set("q", field.value.trim());
  history.replaceState(null, "", address);
  document.querySelector(".just-now")?.remove();
  try {
    await renew();
  } catch {
    // Without a connection the button says so; the words stay as they are.
  }
}

// Where there is a keyboard the next name can be typed at once; on a phone it would cover the page.
if (matchMedia("(pointer: fine)").matches) field.focus();
