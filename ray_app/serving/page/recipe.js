/* One recipe as a form: title, facts, ingredients by group, directions. Writes what a person types into the draft. */

import { announce, el, icon } from "./dom.js";
import { emptyRow, extrasOf, lineOf, reasonFor, timeLabel } from "./draft.js";

const COLUMNS = [
  { field: "quantity", label: "Quantity", hint: "Qty", tag: "input" },
  { field: "unit", label: "Unit", hint: "Unit", tag: "input" },
  { field: "name", label: "Ingredient", hint: "Ingredient", tag: "textarea" },
  { field: "preparation", label: "Preparation", hint: "Preparation", tag: "textarea" },
];

let numbered = 0;

/**
 * Returns the form of one recipe.
 *
 * `highlights` ties rows to the picture, `crop(row)` gives a row's piece of it or null, `onChange()` is called after
 * each edit, `rowElements` is filled with the table row of each row, for those who want to lead there.
 */
export function recipeForm({ recipe, highlights, crop, onChange, rowElements }) {
  const undo = el("p", { class: "undo", hidden: true });
  const context = { recipe, highlights, crop, onChange, rowElements, undo };
  return el("section", { class: "recipe", "aria-label": recipe.title || "Untitled recipe" },
    titleOf(recipe, onChange),
    factsOf(recipe, onChange),
    el("h3", {}, "Ingredients"),
    el("table", { role: "table", class: "ingredients" },
      el("caption", { class: "unseen" }, `Ingredients of ${recipe.title || "this recipe"}`),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
        COLUMNS.map(({ field, label }) => el("th", { role: "columnheader", scope: "col", class: field }, label)),
        el("th", { role: "columnheader", scope: "col", class: "remove" }, el("span", { class: "unseen" }, "Remove")))),
      recipe.groups.map((group) => groupBody(group, context))),
    undo,
    el("h3", {}, "Directions"),
    directionsOf(recipe, onChange),
    mentionedOf(recipe),
    recipe.notes.length ? [el("h3", {}, "Notes"), el("ul", {}, recipe.notes.map((note) => el("li", {}, note)))] : []);
}

function titleOf(recipe, onChange) {
  const edit = (event) => { recipe.title = event.target.value; onChange(); };
  return el("h2", { class: "title" }, growing(el("textarea", { rows: 1, "aria-label": "Title", placeholder: "Untitled recipe", value: recipe.title, oninput: edit })));
}

function factsOf(recipe, onChange) {
  const fact = (label, value, write) =>
    el("label", {}, el("span", {}, label), el("input", { value, oninput: (event) => { write(event.target.value); onChange(); } }));
  return el("div", { class: "recipe-facts" },
    fact("Servings", recipe.servings, (value) => { recipe.servings = value; }),
    Object.keys(recipe.times).map((kind) => fact(timeLabel(kind), recipe.times[kind], (value) => { recipe.times[kind] = value; })));
}

/** One group's rows under its heading; drawn anew when a row comes or goes. */
function groupBody(group, context) {
  const body = el("tbody", { role: "rowgroup" });
  const draw = () => body.replaceChildren(
    ...(group.name ? [el("tr", { role: "row", class: "group" }, el("th", { role: "rowheader", colspan: 5, scope: "rowgroup" }, group.name))] : []),
    ...group.rows.flatMap((row) => rowParts(row, { ...context, group, draw })),
    el("tr", { role: "row", class: "add" }, el("td", { role: "cell", colspan: 5 }, addButton(group, { ...context, draw }))));
  draw();
  return body;
}

function addButton(group, { draw, rowElements, onChange }) {
  const add = () => {
    const row = emptyRow();
    group.rows.push(row);
    draw();
    onChange();
    rowElements.get(row).querySelector("input").focus();
  };
  return el("button", { type: "button", class: "button light", "aria-label": group.name ? `Add an ingredient to ${group.name}` : null, onclick: add },
    icon("add"), "Add an ingredient");
}

function rowParts(row, context) {
  const { highlights, rowElements, onChange } = context;
  const doubt = row.doubt ? doubtOf(row, context) : null;
  const settle = () => {
    if (row.doubt) { row.doubt = null; doubt.remove(); element.classList.remove("doubtful"); }
    onChange();
  };
  const cells = COLUMNS.map(({ field, label, hint, tag }) => {
    const write = (event) => { row[field] = event.target.value; settle(); };
    const input = el(tag, { rows: tag === "textarea" ? 1 : null, "aria-label": label, placeholder: hint, value: row[field], autocomplete: "off",
      "aria-describedby": doubt?.id, oninput: write, onkeydown: (event) => enterGoesDown(event, field) });
    const extras = field === "name" ? extrasNote(row) : null;
    return el("td", { role: "cell", class: field }, tag === "textarea" ? growing(input) : input, extras);
  });
  const remove = el("button", { type: "button", class: "button bare", "aria-label": `Remove ${lineOf(row) || "this row"}`, onclick: () => removeRow(row, context) }, icon("remove"));
  const element = el("tr", { role: "row", class: doubt ? "doubtful" : null }, cells, el("td", { role: "cell", class: "remove" }, remove));
  highlights.attach(row, element);
  rowElements.set(row, element);
  if (doubt) {
    highlights.attach(row, doubt);
    doubt.querySelector("button").addEventListener("click", () => { settle(); element.querySelector("input").focus(); });
  }
  return doubt ? [element, doubt] : [element];
}

function extrasNote(row) {
  const { size, further, comment } = extrasOf(row);
  const words = [size, ...further, comment].filter(Boolean);
  return words.length ? el("small", { class: "extras" }, `also: ${words.join(", ")}`) : null;
}

function doubtOf(row, { crop }) {
  numbered += 1;
  return el("tr", { role: "row", class: "doubt", id: `doubt-${numbered}` },
    el("td", { role: "cell", colspan: 5 }, el("div", { class: "doubt-body" },
      el("p", {}, icon("check"), el("strong", {}, "Check this. "), reasonFor(row), ` As read: “${row.source.line}”`),
      crop(row),
      el("button", { type: "button", class: "button light" }, icon("done"), "It is right as it stands"))));
}

function removeRow(row, { group, draw, onChange, undo, rowElements }) {
  const place = group.rows.indexOf(row);
  const what = lineOf(row) || "an empty row";
  group.rows.splice(place, 1);
  draw();
  onChange();
  const putBack = () => {
    group.rows.splice(place, 0, row);
    undo.hidden = true;
    draw();
    onChange();
    rowElements.get(row).querySelector("input").focus();
  };
  const button = el("button", { type: "button", class: "button light", onclick: putBack }, "Put it back");
  undo.replaceChildren(`Removed “${what}”. `, button);
  undo.hidden = false;
  button.focus();
  announce(`Removed ${what}`);
}

/** As in a spreadsheet, Enter goes to the same field of the next row; no field holds line breaks. */
function enterGoesDown(event, field) {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  const fields = [...event.target.closest("table").querySelectorAll(`td.${field} :is(input, textarea)`)];
  fields[fields.indexOf(event.target) + 1]?.focus();
}

function directionsOf(recipe, onChange) {
  const list = el("ol", { class: "directions" });
  const draw = () => list.replaceChildren(...recipe.directions.map(stepItem));
  const stepItem = (text, index) => el("li", {},
    growing(el("textarea", { rows: 1, "aria-label": `Step ${index + 1}`, value: text, oninput: (event) => { recipe.directions[index] = event.target.value; onChange(); } })),
    el("button", { type: "button", class: "button bare", "aria-label": `Remove step ${index + 1}`, onclick: () => remove(index) }, icon("remove")));
  const after = (index) => {
    draw();
    onChange();
    (list.querySelectorAll("textarea")[index] ?? add).focus();
  };
  const remove = (index) => { recipe.directions.splice(index, 1); after(index); announce(`Removed step ${index + 1}`); };
  const add = el("button", { type: "button", class: "button light", onclick: () => { recipe.directions.push(""); after(recipe.directions.length - 1); } },
    icon("add"), "Add a step");
  draw();
  return el("div", {}, list, add);
}

/** What the directions name with an amount and the list has not: shown with its sentence, for a person to take over. */
function mentionedOf(recipe) {
  if (recipe.mentioned.length === 0) return [];
  return [el("h3", {}, "Named in the directions only"),
    el("ul", { class: "mentioned" }, recipe.mentioned.map(({ line, sentence }) => el("li", {}, line, el("span", { class: "quiet" }, ` “${sentence}”`))))];
}

/** Has a text area be as high as its text; newer browsers do so by CSS alone (field-sizing). */
function growing(area) {
  if (CSS.supports("field-sizing", "content")) return area;
  const fit = () => { area.style.height = "auto"; area.style.height = `${area.scrollHeight}px`; };
  area.addEventListener("input", fit);
  new ResizeObserver(fit).observe(area);
  return area;
}
