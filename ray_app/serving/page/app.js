/* Starts the page: which view stands in the address, what the service can do, who asks for the key. */

import { askForKeyWith, json, Problem } from "./api.js";
import { askForKey } from "./dialogs.js";
import { rememberFiles, showJobs, showResult, showResults } from "./jobs.js";
import { setLimits, startReading } from "./reading.js";

const VIEWS = ["reading", "jobs", "results", "result"];
const TITLES = { reading: "Recipe OCR", jobs: "Jobs – Recipe OCR", results: "Results – Recipe OCR", result: "Result – Recipe OCR" };
const byId = (id) => document.getElementById(id);

let leaving = new AbortController();

/** The address is #/, #/jobs, #/jobs/<job> or #/jobs/<job>/<item>. */
function route({ focus }) {
  const [, first, job, item] = location.hash.split("/");
  const view = first !== "jobs" ? "reading" : item ? "result" : job ? "results" : "jobs";
  leaving.abort();
  leaving = new AbortController();
  for (const name of VIEWS) byId(name).hidden = name !== view;
  for (const link of document.querySelectorAll("nav a")) {
    const here = (link.dataset.view === "reading") === (view === "reading");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = TITLES[view];
  if (focus) byId(`${view}-heading`).focus();
  if (view === "jobs") showJobs(leaving.signal);
  if (view === "results") showResults(job, leaving.signal);
  if (view === "result") showResult(job, item, leaving.signal);
}

async function describeService() {
  try {
    const capabilities = await json("capabilities");
    setLimits(capabilities);
    const engines = capabilities.engines.filter((engine) => engine.available).map((engine) => engine.name + (engine.default ? " (default)" : ""));
    byId("service").textContent = `Recipe OCR ${capabilities.version} · engines: ${engines.join(", ")}`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    byId("service").textContent = `${error.message} ${error.advice}`;
  }
}

askForKeyWith(askForKey);
startReading({
  onRead: (id, file) => rememberFiles(id, [file]),
  onJob: (id, sent) => { rememberFiles(id, sent); location.hash = "#/jobs"; },
});
window.addEventListener("hashchange", () => route({ focus: true }));
route({ focus: false });
describeService();
