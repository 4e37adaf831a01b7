/* The first view: takes pictures in by drop, paste, file dialog or camera, has one read at once, several as a job. */

import { json, Problem } from "./api.js";
import { announce, count, el, megabytes } from "./dom.js";
import { draftOf } from "./draft.js";
import { problemPanel, resultOf, summaryOf } from "./result.js";

const SMALLER_SIDES = [3000, 2400, 2000, 1600, 1200]; // pixels, tried in turn; the service itself reads at about 2000
const SHORT_FORMS = new Set(["jpg", "jpe", "jfif", "tif", "heif", "hif", "dib", "mpo", "apng"]); // other endings of formats that are named anyway
const limits = { file_mb: Infinity, batch_items: Infinity };
const byId = (id) => document.getElementById(id);

let shown = null;
let draft = null;
let reading = null;
let told = null;

/** Wires the view up; `onRead(id, file)` is called when a picture has been read, `onJob(id, files)` when several became a job. */
export function startReading(callbacks) {
  told = callbacks;
  const take = (files) => { if (files.length && mayDiscard()) receive(files); };
  for (const id of ["choose", "photograph"]) {
    byId(id).addEventListener("change", (event) => { take([...event.target.files]); event.target.value = ""; });
  }
  document.addEventListener("paste", (event) => take([...event.clipboardData.files]));
  acceptDrops(take);
  window.addEventListener("beforeunload", (event) => { if (draft?.edited) event.preventDefault(); });
}

/** Tells people the limits before they send anything. */
export function setLimits(capabilities) {
  Object.assign(limits, capabilities.limits);
  const formats = capabilities.formats.filter((format) => !SHORT_FORMS.has(format)).map((format) => format.toUpperCase()).join(", ");
  byId("limits").textContent =
    `${formats}; up to ${limits.file_mb} MB each. Up to ${limits.batch_items} at once, or a ZIP of them, become a job that you can watch.`;
}

function mayDiscard() {
  return !draft?.edited || window.confirm("Your changes to this recipe have not been copied. Read another picture all the same?");
}

function acceptDrops(take) {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (on) => byId("drop").classList.toggle("over", on);
  document.addEventListener("dragover", (event) => { if (hasFiles(event)) { event.preventDefault(); mark(true); } });
  document.addEventListener("dragleave", (event) => { if (event.relatedTarget === null) mark(false); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(false);
    const folders = [...event.dataTransfer.items].some((item) => item.webkitGetAsEntry()?.isDirectory);
    if (folders) {
      show(problemPanel(new Problem({ message: "A folder cannot be dropped here.", advice: "Open it and drop the pictures, or drop a ZIP of them." }), againButton()));
    } else take([...event.dataTransfer.files]);
  });
}

function receive(files) {
  reading?.abort();
  draft = null;
  if (location.hash.startsWith("#/jobs")) location.hash = "#/";
  if (files.length > 1 || isZip(files[0])) sendJob(files);
  else if (fits(files[0])) read(files[0]);
  else tooLarge(files[0]);
}

function isZip(file) {
  return /\.zip$/i.test(file.name);
}

/** A ZIP may be as large as all that may stand in it. */
function fits(file) {
  return file.size <= limits.file_mb * (isZip(file) ? limits.batch_items : 1) * 1024 * 1024;
}

/** Puts something into the workspace, and frees what stood there. */
function show(...children) {
  shown?.release();
  shown = null;
  byId("workspace").replaceChildren(...children);
  byId("intake").classList.toggle("small", children.length > 0);
}

function againButton() {
  return el("button", { type: "button", class: "button primary", onclick: () => byId("choose").click() }, "Choose another picture");
}

async function read(file) {
  const body = new FormData();
  body.append("file", file);
  await work(file, `Reading ${file.name}`, () => read(file), async (signal) => {
    const answer = await json("process", { method: "POST", body, signal });
    draft = draftOf(answer);
    told.onRead(answer.job_id, file);
    const result = resultOf(draft, file);
    show(result.element);
    shown = result;
    announce(summaryOf(draft));
  });
}

async function sendJob(files) {
  const large = files.filter((file) => !fits(file));
  if (large.length || files.length > limits.batch_items) {
    const message = large.length
      ? `Too large for this service, which takes ${limits.file_mb} MB each: ${large.map((file) => `${file.name} (${megabytes(file.size)})`).join(", ")}.`
      : `${files.length} pictures are more than this service takes at once, which is ${limits.batch_items}.`;
    const rest = files.filter(fits).slice(0, limits.batch_items);
    const send = rest.length
      ? el("button", { type: "button", class: "button primary", onclick: () => sendJob(rest) }, `Send ${large.length ? "the other" : "the first"} ${rest.length}`)
      : null;
    show(problemPanel(new Problem({ message, advice: "Send fewer, or make them smaller." }), ...[send, againButton()].filter(Boolean)));
    return;
  }
  const body = new FormData();
  for (const file of files) body.append("files", file);
  body.append("job_name", files.length > 1 ? `${files[0].name} and ${files.length - 1} more` : files[0].name);
  await work(null, `Sending ${files.length > 1 ? count(files.length, "picture") : files[0].name}`, () => sendJob(files), async (signal) => {
    const job = await json("batch", { method: "POST", body, signal });
    show();
    told.onJob(job.id, files);
  });
}

/** Shows that something is going on, for how long, with a way to stop it; and what went wrong, with a way to go on. */
async function work(file, words, retry, task) {
  const control = new AbortController();
  reading = control;
  const started = performance.now();
  const elapsed = el("span", { class: "quiet" });
  const preview = file && el("img", { class: "preview", alt: "", src: URL.createObjectURL(file) });
  preview?.addEventListener("error", () => preview.remove());
  show(el("div", { class: "busy" },
    preview,
    el("div", { class: "busy-words" }, el("p", {}, el("strong", {}, `${words} …`), " ", elapsed),
      el("progress", { "aria-label": words }),
      el("button", { type: "button", class: "button", onclick: () => control.abort() }, "Stop"))));
  announce(words);
  const ticking = setInterval(() => { elapsed.textContent = `${Math.round((performance.now() - started) / 1000)} s`; }, 1000);
  try {
    await task(control.signal);
  } catch (error) {
    if (reading !== control) return; // another picture was given meanwhile
    if (error.name === "AbortError") show();
    else if (error instanceof Problem) {
      const again = mayPass(error) ? [el("button", { type: "button", class: "button", onclick: retry }, "Try again")] : [];
      show(problemPanel(error, ...again, againButton()));
    } else throw error;
  } finally {
    clearInterval(ticking);
    if (preview) URL.revokeObjectURL(preview.src);
  }
}

/** Tells whether the same picture may be read at another try: not where it is the picture that cannot be read. */
function mayPass(problem) {
  return problem.status === 0 || [401, 408, 429].includes(problem.status) || problem.status >= 500;
}

/** A photo over the limit can be sent smaller, unless the browser cannot open it. */
async function tooLarge(file) {
  const message = `${file.name} has ${megabytes(file.size)}; this service takes ${limits.file_mb} MB.`;
  const shrink = el("button", { type: "button", class: "button primary", onclick: async () => {
    const small = await smaller(file);
    if (small) read(small);
    else show(problemPanel(new Problem({ message: "This browser could not make it small enough.", advice: "Export it smaller with another program." }), againButton()));
  } }, "Make it smaller and read it");
  show(problemPanel(new Problem({ message, advice: "The page can scale it down before sending; that seldom costs legibility." }), shrink, againButton()));
}

/** Returns the picture as an upright JPEG within the limit, as large as that allows; null where it cannot be made. */
async function smaller(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
  for (const side of SMALLER_SIDES) {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = el("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    const name = `${file.name.replace(/\.\w+$/, "")}.jpg`;
    const small = new File([blob], name, { type: "image/jpeg" });
    if (fits(small)) return small;
  }
  return null;
}
