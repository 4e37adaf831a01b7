/* The picture with a box around each ingredient, tied to the ingredients' rows. Knows places, not recipes' rules. */

import { el, svg } from "./dom.js";
import { lineOf } from "./draft.js";

/** Keeps what stands for one row together: pointing at one part, or focusing it, lights up the others. */
export class Highlights {
  #parts = new Map();
  onFocus = () => {}; // told the row that was focused

  attach(row, element) {
    if (!this.#parts.has(row)) this.#parts.set(row, new Set());
    this.#parts.get(row).add(element);
    element.addEventListener("focusin", () => this.onFocus(row));
    for (const start of ["pointerenter", "focusin"]) element.addEventListener(start, () => this.#light(row, true));
    for (const end of ["pointerleave", "focusout"]) element.addEventListener(end, () => this.#light(row, false));
  }

  #light(row, on) {
    for (const element of this.#parts.get(row)) element.classList.toggle("lit", on);
  }
}

/**
 * Returns the picture's panel: { element, refresh(), crop(row) }.
 *
 * `answer` has the pages' sizes, `rowsOf()` the rows as they are now, `file` is the picture or null, `onChoose(row)` is
 * called when a person picks a box. What the browser cannot show (PDF, TIFF, HEIC) is drawn as a sheet with its lines.
 */
export function pictureOf({ answer, rowsOf, file, highlights, onChoose }) {
  const sheets = answer.images.map((size) => sheetOf(size, size.page));
  const boxes = new Map();
  const note = el("p", { class: "quiet", hidden: true }, file
    ? "This browser cannot show the file itself, so the lines stand where they were read."
    : "The picture is not kept by this page, so the lines stand where they were read.");
  const choice = el("select", { "aria-label": "Page", onchange: () => turnTo(Number(choice.value)) },
    sheets.map(({ page }) => el("option", { value: page }, `Page ${page} of ${answer.pages}`)));
  const turnTo = (page) => {
    choice.value = page;
    for (const sheet of sheets) sheet.element.hidden = sheet.page !== page;
  };
  highlights.onFocus = (row) => { if (row.source) turnTo(row.source.page); };
  const show = el("input", { type: "checkbox", checked: true, onchange: () => element.classList.toggle("bare", !show.checked) });
  const tools = el("div", { class: "picture-tools" }, sheets.length > 1 ? choice : null, el("label", {}, show, " Boxes"));
  const element = el("div", { class: "picture" },
    sheets.map((sheet) => sheet.element),
    tools, note);

  for (const row of rowsOf()) {
    const box = boxOf(row);
    boxes.set(row, box);
    sheets.find(({ page }) => page === row.source.page)?.layer.append(box); // a page without a size has no sheet
  }

  function boxOf(row) {
    const box = svg("g", { class: "box", role: "button", tabindex: "-1", "aria-label": `Edit ${lineOf(row)}` },
      svg("polygon", { points: row.source.polygon.map((point) => point.join(",")).join(" ") }), wordsOf(row.source));
    box.addEventListener("click", () => onChoose(row));
    box.addEventListener("keydown", (event) => keyOnBox(event, box, () => onChoose(row)));
    highlights.attach(row, box);
    return box;
  }

  function refresh() {
    const present = new Set(rowsOf());
    for (const [row, box] of boxes) {
      box.classList.toggle("doubtful", row.doubt !== null);
      box.classList.toggle("removed", !present.has(row));
    }
    for (const { layer } of sheets) if (!layer.querySelector(".box:not(.removed)[tabindex='0']")) stopAt(boxesIn(layer)[0]);
  }

  let image = null;
  const useSheets = () => { element.classList.add("unseen-picture"); note.hidden = false; };
  if (file && sheets.length) {
    image = el("img", { alt: "", src: URL.createObjectURL(file) });
    image.addEventListener("error", () => { URL.revokeObjectURL(image.src); image = null; useSheets(); }, { once: true });
    image.addEventListener("load", () => {
      sheets[0].base.replaceWith(image);
      tools.append(el("a", { href: image.src, target: "_blank" }, "Full size"));
      element.dispatchEvent(new Event("shown"));
    }, { once: true });
  } else {
    useSheets();
  }
  refresh();
  return { element, refresh, crop: (row) => (image?.complete ? cropOf(image, row.source) : null), release: () => image && URL.revokeObjectURL(image.src) };
}

function sheetOf(size, page) {
  const base = el("canvas", { width: size.width, height: size.height });
  const layer = svg("svg", { class: "boxes", viewBox: `0 0 ${size.width} ${size.height}`, preserveAspectRatio: "none", role: "group",
    "aria-label": `Ingredients in the picture${page > 1 ? `, page ${page}` : ""}; the arrow keys go from one to the next` });
  return { page, base, layer, element: el("div", { class: "sheet", hidden: page > 1 }, base, layer) };
}

/** The line's words in its box, for sheets without a picture. */
function wordsOf(source) {
  const [left, right, , bottom] = source.polygon;
  const height = distance(left, bottom);
  return svg("text", {
    "font-size": height * 0.72, textLength: distance(left, right) * 0.98, lengthAdjust: "spacingAndGlyphs", y: height * 0.76,
    transform: `translate(${left.join(" ")}) rotate(${(angle(left, right) * 180) / Math.PI})`,
  }, source.line);
}

function boxesIn(layer) {
  return [...layer.querySelectorAll(".box:not(.removed)")];
}

/** The Tab key stops at one box of a sheet only; the arrow keys go on from there. */
function stopAt(box) {
  for (const other of box?.parentElement.children ?? []) other.setAttribute("tabindex", other === box ? "0" : "-1");
}

function keyOnBox(event, box, choose) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const all = boxesIn(box.parentElement);
  const next = all[all.indexOf(box) + step];
  if (event.key === "Enter" || event.key === " ") choose();
  else if (next) {
    stopAt(next);
    next.focus();
  } else return;
  event.preventDefault();
}

/** The part of the picture that a row was read from, turned upright. */
function cropOf(image, source) {
  const [left, right, , bottom] = source.polygon;
  const margin = distance(left, bottom) * 0.12;
  const [width, height] = [distance(left, right) + 2 * margin, distance(left, bottom) + 2 * margin];
  const scale = Math.min(1, 900 / width);
  const canvas = el("canvas", { class: "crop", width: Math.round(width * scale), height: Math.round(height * scale), role: "img", "aria-label": "This line in the picture" });
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  pen.translate(margin, margin);
  pen.rotate(-angle(left, right));
  pen.translate(-left[0], -left[1]);
  pen.drawImage(image, 0, 0);
  return canvas;
}

function distance([x1, y1], [x2, y2]) {
  return Math.hypot(x2 - x1, y2 - y1);
}

function angle([x1, y1], [x2, y2]) {
  return Math.atan2(y2 - y1, x2 - x1);
}
