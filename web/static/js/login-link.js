// The mail's link carries its token in the fragment, which no server and no mail scanner sees.
// It goes into the form here and is sent only when the visitor presses the button.
const token = location.hash.slice(1);
const form = document.querySelector("[data-login-link]");
if (token && form) {
  form.elements.token.value = token;
  form.hidden = false;
  document.querySelector("[data-login-typed]").hidden = true;
  // Out of the address bar, the history and whatever is shared from there.
  history.replaceState(null, "", location.pathname);
}
