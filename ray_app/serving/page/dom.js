/* Builds elements and talks to screen readers. All text goes in as text: nothing here parses HTML. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Returns an element. In `attributes`, a function under `onclick` and the like becomes a listener, `true` an empty
 * attribute, and false, null and undefined none; `value` is set as a property, since the attribute is only a default.
 */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Returns one of the page's drawn icons; for the eye only, words stand beside it. */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }));
}

/** Has a screen reader say something that the eye sees happen. */
export function announce(words) {
  document.getElementById("announcement").textContent = words;
}

/** Returns "1 picture" or "3 pictures". */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Returns a file's size for people. */
export function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toLocaleString(undefined, { maximumFractionDigits: 2 })} MB`;
}

/** Returns seconds for people, from milliseconds. */
export function seconds(milliseconds) {
  const digits = milliseconds < 100 ? 3 : milliseconds < 10_000 ? 1 : 0;
  return `${(milliseconds / 1000).toLocaleString(undefined, { maximumFractionDigits: digits })} s`;
}
