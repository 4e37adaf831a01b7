/* What was found in one file: the picture beside its recipes, how it was read, and the texts to take away. */

import { announce, count, el, icon, seconds } from "./dom.js";
import { rowsOf, toJson, toMarkdown, toSchemaOrg } from "./draft.js";
import { copy } from "./dialogs.js";
import { Highlights, pictureOf } from "./picture.js";
import { recipeForm } from "./recipe.js";

const percent = (share) => `${Math.round(share * 100)} %`;

/**
 * Returns { element, release } for a draft; `file` is the picture, or null where this page does not have it.
 * `release` frees what the browser holds for it.
 */
export function resultOf(draft, file) {
  const highlights = new Highlights();
  const rowElements = new Map();
  const lead = (row) => rowElements.get(row).querySelector("input").focus();
  const picture = pictureOf({ answer: draft.answer, rowsOf: () => rowsOf(draft), file, highlights, onChoose: lead });
  const doubts = el("p", { class: "doubts" });
  const tellDoubts = () => {
    const open = rowsOf(draft).filter((row) => row.doubt);
    doubts.hidden = open.length === 0;
    doubts.replaceChildren(icon("check"), `${count(open.length, "ingredient")} to check. `,
      el("button", { type: "button", class: "button light", onclick: () => { if (open.length) lead(open[0]); } }, "Show the first"));
  };
  const onChange = () => { draft.edited = true; picture.refresh(); tellDoubts(); };
  const forms = el("div", {});
  const draw = () => forms.replaceChildren(...draft.recipes.map((recipe) =>
    recipeForm({ recipe, highlights, crop: picture.crop, onChange, rowElements })));
  draw();
  tellDoubts();
  picture.element.addEventListener("shown", draw, { once: true }); // now rows in doubt can show their piece of it
  const element = el("div", { class: "result" }, picture.element,
    el("div", { class: "found" }, factsOf(draft.answer), warningsOf(draft.answer), doubts, forms, textOf(draft.answer), takeAway(draft)));
  return { element, release: picture.release };
}

/** Says in a sentence what was found, for those who do not see it appear. */
export function summaryOf(draft) {
  const rows = rowsOf(draft);
  const open = rows.filter((row) => row.doubt).length;
  const titles = draft.recipes.map((recipe) => recipe.title || "an untitled recipe").join(" and ");
  return `Read ${titles}: ${count(rows.length, "ingredient")}${open ? `, ${open} to check` : ""}.`;
}

function factsOf(answer) {
  const time = seconds(answer.processing_ms);
  const facts = [
    answer.cached ? `From the cache in ${time}` : `Read in ${time}`,
    answer.engine && `Engine: ${answer.engine}`,
    answer.confidence !== null && `Certainty: ${percent(answer.confidence)}`,
    answer.quality_score !== null && `Picture quality: ${percent(answer.quality_score)}`,
  ];
  return el("ul", { class: "facts", "aria-label": "How it was read" }, facts.filter(Boolean).map((fact) => el("li", {}, fact)));
}

function warningsOf(answer) {
  const many = answer.pages > 1;
  const words = [
    ...(answer.degraded ? [`Read by another engine than usual: ${answer.degraded}`] : []),
    ...answer.warnings.map(({ page, message }) => (many ? `Page ${page}: ${message}` : message)),
  ];
  return words.length ? el("div", { class: "notice" }, words.map((text) => el("p", {}, text))) : null;
}

function textOf(answer) {
  return el("details", { class: "all-text" }, el("summary", {}, "All text as it was read"), el("pre", { tabindex: "0" }, answer.text));
}

function takeAway(draft) {
  const button = (what, note, make) => {
    const label = `Copy ${what}${note}`;
    const element = el("button", { type: "button", class: "button", onclick: async () => {
      await copy(make(), what);
      draft.edited = false;
      element.replaceChildren(icon("done"), `Copied ${what}`);
      setTimeout(() => element.replaceChildren(label), 2500);
    } }, label);
    return element;
  };
  const pretty = (value) => JSON.stringify(value, null, 2);
  return el("div", { class: "take-away", role: "group", "aria-label": "Take it away" },
    button("Markdown", "", () => toMarkdown(draft)),
    button("JSON", "", () => pretty(toJson(draft))),
    button("schema.org", " (for Mealie, Tandoor)", () => pretty(toSchemaOrg(draft))));
}

/** Returns the panel that tells a person what went wrong and what to do; `actions` are buttons for that. */
export function problemPanel(problem, ...actions) {
  announce(`${problem.message} ${problem.advice}`);
  return el("div", { class: "problem", role: "group", "aria-label": "Problem" },
    el("p", { class: "problem-words" }, icon("check"), problem.message),
    problem.advice ? el("p", {}, problem.advice) : null,
    el("p", { class: "row" }, actions),
    problem.trace ? el("p", { class: "trace" }, `${problem.code ? `${problem.code}, ` : ""}trace ${problem.trace}`) : null);
}
