/* What a person makes of an answer: its recipes as they stand on the page, edited, and in the forms to take away. */

const UNSURE = "unsure";
const NO_AMOUNT = "no-amount";
const DISAGREE = "disagree";

/**
 * Returns the editable form of the service's answer:
 * { answer, recipes: [{ title, servings, times, notes, directions: [text], mentioned: [ingredient], groups: [{ name, rows: [row] }] }] }.
 * A row has quantity, unit, name, preparation as texts ("" for none), its `source` ingredient (null where a person
 * added it) and `doubt`: UNSURE, NO_AMOUNT, DISAGREE or null.
 */
export function draftOf(answer) {
  const doubted = new Set(answer.review);
  const recipes = answer.recipes.map((recipe) => ({
    title: recipe.title ?? "",
    servings: recipe.servings ?? "",
    times: { ...recipe.times },
    notes: recipe.notes,
    directions: [...recipe.directions],
    mentioned: [],
    groups: [],
  }));
  for (const one of answer.mentioned) recipes[one.recipe].mentioned.push(one);
  answer.ingredients.forEach((source, index) => {
    groupFor(recipes[source.recipe], source.group).rows.push({
      quantity: source.quantity ?? "",
      unit: source.unit ?? "",
      name: source.name ?? "",
      preparation: source.preparation ?? "",
      source,
      doubt: doubted.has(index) ? doubtOf(source) : null,
    });
  });
  for (const recipe of recipes) if (recipe.groups.length === 0) groupFor(recipe, null);
  return { answer, recipes, edited: false };
}

/** Groups come in the order of the page; a heading that comes twice makes two groups. */
function groupFor(recipe, name) {
  const last = recipe.groups.at(-1);
  if (last && last.name === name) return last;
  recipe.groups.push({ name, rows: [] });
  return recipe.groups.at(-1);
}

function doubtOf(source) {
  if (source.unit && !source.quantity) return NO_AMOUNT;
  return source.readings_disagree.length ? DISAGREE : UNSURE;
}

export function emptyRow() {
  return { quantity: "", unit: "", name: "", preparation: "", source: null, doubt: null };
}

/** Says in words why a row should be looked at. */
export function reasonFor(row) {
  if (row.doubt === NO_AMOUNT) return `The number before “${row.source.unit}” could not be read for sure.`;
  if (row.doubt === DISAGREE) return `Read ${row.source.readings_disagree.map((one) => one.text ? `as “${one.text}”` : "without an amount").join(" and ")}.`;
  return `Read with ${Math.round(row.source.confidence * 100)} % certainty.`;
}

export function rowsOf(draft) {
  return draft.recipes.flatMap((recipe) => recipe.groups.flatMap((group) => group.rows));
}

/** What the line says beyond the table's columns: a size, further amounts, a remark. */
export function extrasOf(row) {
  if (!row.source) return { size: null, further: [], comment: null };
  return { size: row.source.size, further: row.source.amounts.slice(1).map((amount) => amount.text), comment: row.source.comment };
}

/** Returns the ingredient as one would write it: "2 (15 oz) cans chickpeas, drained". */
export function lineOf(row) {
  const { size, further, comment } = extrasOf(row);
  const composites = further.map((text) => `(${text})`);
  const start = [row.quantity, ...composites, size, plural(row.unit, row.quantity), row.name].filter(Boolean).join(" ");
  return [start, row.preparation, comment].filter(Boolean).join(", ");
}

/** Units are kept in the singular; more than one of them are written in the plural. Symbols (g, ml) have none. */
function plural(unit, quantity) {
  const symbol = unit.length <= 2 || unit.endsWith("s");
  if (!unit || symbol || /^(1|\d+\/\d+)?$/.test(quantity.trim())) return unit;
  return /(ch|sh|x)$/.test(unit) ? `${unit}es` : `${unit}s`;
}

/** Returns the answer in the service's own form, with the edits in it. */
export function toJson(draft) {
  const { answer, recipes } = draft;
  const clean = recipes.map((recipe) => ({
    title: recipe.title.trim() || null,
    servings: recipe.servings.trim() || null,
    times: filled(recipe.times),
    directions: stepsOf(recipe),
    notes: recipe.notes,
  }));
  return {
    ...answer,
    title: clean.find((recipe) => recipe.title)?.title ?? null,
    titles: clean.map((recipe) => recipe.title),
    ingredients: recipes.flatMap((recipe, number) =>
      recipe.groups.flatMap((group) => group.rows.map((row) => ingredientOf(row, group.name, number)))),
    directions: clean.flatMap((recipe) => recipe.directions),
    recipes: clean,
    review: rowsOf(draft).flatMap((row, index) => (row.doubt ? [index] : [])),
  };
}

function ingredientOf(row, group, recipe) {
  const fields = { quantity: row.quantity.trim() || null, unit: row.unit.trim() || null, name: row.name.trim() || null, preparation: row.preparation.trim() || null };
  if (!row.source) {
    const amounts = fields.quantity || fields.unit ? [{ quantity: fields.quantity, unit: fields.unit, text: [row.quantity, row.unit].filter(Boolean).join(" ") }] : [];
    return { line: lineOf(row), ...fields, size: null, comment: null, group, confidence: null, polygon: null, recipe, page: null, amounts, readings_disagree: [] };
  }
  const [first, ...further] = row.source.amounts;
  const amounts = first ? [{ ...first, quantity: fields.quantity, unit: fields.unit }, ...further] : [];
  return { ...row.source, ...fields, amounts };
}

/** Returns all recipes as Markdown. */
export function toMarkdown(draft) {
  return draft.recipes.map(markdownOf).join("\n\n");
}

function markdownOf(recipe) {
  const facts = [recipe.servings.trim(), ...Object.entries(filled(recipe.times)).map(([kind, time]) => `${timeLabel(kind)}: ${time}`)];
  const groups = recipe.groups.filter((group) => group.rows.length).map((group) =>
    [group.name && `### ${group.name}\n`, ...group.rows.map((row) => `- ${lineOf(row)}`)].filter(Boolean).join("\n"));
  const parts = [
    `# ${recipe.title.trim() || "Untitled recipe"}`,
    facts.filter(Boolean).join(" · "),
    groups.length ? `## Ingredients\n\n${groups.join("\n\n")}` : "",
    stepsOf(recipe).length ? `## Directions\n\n${stepsOf(recipe).map((step, index) => `${index + 1}. ${step}`).join("\n")}` : "",
    recipe.notes.length ? `## Notes\n\n${recipe.notes.map((note) => `- ${note}`).join("\n")}` : "",
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** Returns schema.org/Recipe JSON-LD as Mealie and Tandoor import it: one object, or a list where there are several. */
export function toSchemaOrg(draft) {
  const found = draft.recipes.map(schemaOf);
  return found.length === 1 ? found[0] : found;
}

function schemaOf(recipe) {
  const fields = {
    name: recipe.title.trim(),
    recipeYield: recipe.servings.trim(),
    prepTime: isoDuration(recipe.times.prep),
    cookTime: isoDuration(recipe.times.cook),
    totalTime: isoDuration(recipe.times.total),
    recipeIngredient: recipe.groups.flatMap((group) => group.rows.map(lineOf)),
    recipeInstructions: stepsOf(recipe).map((text) => ({ "@type": "HowToStep", text })),
    comment: recipe.notes.map((text) => ({ "@type": "Comment", text })),
  };
  const present = Object.entries(fields).filter(([, value]) => value && value.length);
  return { "@context": "https://schema.org", "@type": "Recipe", ...Object.fromEntries(present) };
}

/** "1 1/2 hours" is PT1H30M; a range has no one duration, and importers take nothing else. */
function isoDuration(text = "") {
  if (/\d\s*(-|–|to)\s*\d/.test(text)) return null;
  const spans = text.matchAll(/(\d+(?:[.,]\d+)?)(\s*½|\s+1\/2)?\s*(h(?:ou)?rs?|h|min(?:ute)?s?|m)\b/gi);
  const minutes = Math.round([...spans].reduce((sum, [, number, half, unit]) =>
    sum + (parseFloat(number.replace(",", ".")) + (half ? 0.5 : 0)) * (/^h/i.test(unit) ? 60 : 1), 0));
  if (!minutes) return null;
  const hours = Math.floor(minutes / 60);
  return `PT${hours ? `${hours}H` : ""}${minutes % 60 ? `${minutes % 60}M` : ""}`;
}

export function timeLabel(kind) {
  return { prep: "Prep", cook: "Cook", total: "Total", time: "Time" }[kind] ?? kind;
}

function stepsOf(recipe) {
  return recipe.directions.map((step) => step.trim()).filter(Boolean);
}

function filled(texts) {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));
}
