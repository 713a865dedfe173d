// Writing the minutes: nobody leaves unsaved words behind unasked, and saving keeps the place.
const form = document.querySelector("form[data-minutes]");
const PLACE = "stamma-minutes-place";

function touched() {
  return [...form.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
}

if (form) {
  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
    sessionStorage.setItem(PLACE, String(scrollY));
  });
  addEventListener("beforeunload", (event) => {
    if (!sending && touched()) event.preventDefault();
  });
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  // What could not be saved is explained at the top of the page.
  if (place && !document.querySelector("[role=alert]")) scrollTo(0, Number(place));
}
