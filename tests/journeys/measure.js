// What axe does not measure: one heading, a title, no sideways scrolling, room to tap.
(onPhone) => {
  const faults = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const headings = [...document.querySelectorAll("h1")].filter(shown);
  if (headings.length !== 1) faults.push(`${headings.length} h1`);
  if (!document.title.trim()) faults.push("no title");
  const { scrollWidth, clientWidth } = document.documentElement;
  if (onPhone && scrollWidth > clientWidth) {
    const wide = [...document.querySelectorAll("main *, header *, footer *")].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    faults.push(`${scrollWidth} wide: ${wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120))}`);
  }
  // 44 px one way and 24 the other (WCAG 2.2, 2.5.8), but for what stands in a sentence.
  const inSentence = (element) => {
    if (getComputedStyle(element).display !== "inline") return false;
    const around = element.parentElement.textContent.trim();
    return around.length > element.textContent.trim().length;
  };
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const element of document.querySelectorAll(controls)) {
    if (!shown(element) || element.matches(".skip") || inSentence(element)) continue;
    const label = element.matches("[type=radio], [type=checkbox]") && element.labels[0];
    const sizes = [element, label].filter(Boolean).map((e) => e.getBoundingClientRect());
    const height = Math.max(...sizes.map((size) => size.height));
    const width = Math.max(...sizes.map((size) => size.width));
    if (height < 44 && width < 44 || height < 24) {
      faults.push(`${Math.round(width)} × ${Math.round(height)}: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  return faults;
};
