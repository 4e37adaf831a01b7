/* The jobs view: a list, newest first, with live progress of those that run; and the results of one job. */

import { events, json, jsonLines, Problem } from "./api.js";
import { announce, count, el, icon } from "./dom.js";
import { draftOf } from "./draft.js";
import { problemPanel, resultOf } from "./result.js";

const FOLLOWED = 4; // browsers open six connections to a host; two stay free for everything else
const PAGE = 25;
const SINGLE = "result"; // stands in the address for the one result of a picture that was sent by itself
const WORDS = { queued: "Waiting", running: "Running", completed: "Finished", failed: "Failed", cancelled: "Cancelled" };

const files = new Map(); // of jobs sent from this page: job id -> File by name
const drafts = new Map(); // of results opened here, so that edits last: "job/item" -> draft
const byId = (id) => document.getElementById(id);
const isOpen = (job) => job.status === "queued" || job.status === "running";
const when = (time) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));

/** Remembers a job's pictures as long as this page is open: the service does not give them back. */
export function rememberFiles(id, sent) {
  files.set(id, new Map(sent.map((file) => [file.name, file])));
}

/** Shows the list until `signal` ends the view. */
export async function showJobs(signal) {
  const rows = new Map();
  const list = el("ul", { class: "jobs" });
  const more = el("p", {});
  const load = async (cursor) => {
    const { jobs, next } = await json(`jobs?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, { signal });
    for (const job of jobs) {
      rows.set(job.id, jobRow(job, signal));
      list.append(rows.get(job.id).element);
    }
    more.replaceChildren(...(next ? [el("button", { type: "button", class: "button", onclick: () => load(next) }, "Show older jobs")] : []));
    return jobs;
  };
  await guarded(byId("jobs-body"), signal, async () => {
    const jobs = await load(null);
    if (jobs.length) byId("jobs-body").replaceChildren(list, more);
    else byId("jobs-body").replaceChildren(el("p", { class: "empty" }, "No jobs yet. Drop several pictures at once, and they become one. ", el("a", { href: "#/" }, "Choose pictures")));
    await followAll(jobs.filter(isOpen).reverse(), rows, signal);
  });
}

/** Follows the oldest first, since they run first; each that ends makes room for the next. */
async function followAll(jobs, rows, signal) {
  const waiting = jobs.filter((job) => job.kind === "batch");
  const followSome = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await follow(job, rows.get(job.id), signal);
  };
  await Promise.all(Array.from({ length: FOLLOWED }, followSome));
}

async function follow(job, row, signal) {
  for (let pause = 1; ; pause = Math.min(2 * pause, 30)) {
    try {
      for await (const { event, data } of events(`batch/${job.id}/events`, signal)) {
        row.update(JSON.parse(data));
        if (event === "end") {
          announce(row.summary());
          return;
        }
        pause = 1;
      }
    } catch (error) {
      if (error.name === "AbortError") throw error;
      if (error.status === 404) return; // the job has been removed meanwhile; its row tells the last that was known
    }
    row.lost(pause);
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    if (signal.aborted) return;
  }
}

/** One job of the list: { element, update(job), lost(seconds), summary() }. */
function jobRow(first, signal) {
  let job = first;
  const status = el("span", { class: "badge" });
  const progress = el("progress", { "aria-label": `Progress of ${nameOf(first)}` });
  const numbers = el("p", { class: "quiet" });
  const link = el("a", { href: first.kind === "batch" ? `#/jobs/${first.id}` : `#/jobs/${first.id}/${SINGLE}` }, nameOf(first));
  const stop = el("button", { type: "button", class: "button light", "aria-label": `Cancel ${nameOf(first)}`, onclick: cancel }, "Cancel");
  const trouble = el("div", {});
  const element = el("li", {}, el("div", { class: "job-head" }, link, status, stop),
    progress, numbers, trouble);

  function update(news) {
    job = news;
    status.textContent = WORDS[job.status];
    status.className = `badge ${job.status}`;
    progress.max = Math.max(job.total, 1);
    progress.value = job.done;
    progress.hidden = !isOpen(job);
    stop.hidden = !isOpen(job) || job.kind !== "batch";
    numbers.textContent = `${when(job.created_at)} · ${tally(job)}`;
  }

  async function cancel() {
    stop.disabled = true;
    try {
      update(await json(`batch/${job.id}`, { method: "DELETE", signal }));
      announce(`${nameOf(job)} cancelled`);
      link.focus();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      trouble.replaceChildren(problemPanel(error));
    } finally {
      stop.disabled = false;
    }
  }

  update(first);
  return {
    element,
    update,
    lost: (pause) => { numbers.textContent = `${tally(job)} · connection lost, trying again in ${pause} s`; },
    summary: () => `${nameOf(job)}: ${WORDS[job.status]}, ${tally(job)}`,
  };
}

function nameOf(job) {
  return job.name || (job.kind === "batch" ? count(job.total, "picture") : "One picture");
}

function tally(job) {
  return [`${job.done} of ${count(job.total, "picture")} done`, job.failed && `${job.failed} failed`, job.cancelled && `${job.cancelled} cancelled`].filter(Boolean).join(", ");
}

/** Shows what a job has found so far. */
export async function showResults(id, signal) {
  const body = byId("results-body");
  await guarded(body, signal, async () => {
    const job = await json(`batch/${id}`, { signal });
    const list = el("ul", { class: "items" });
    byId("results-heading").textContent = nameOf(job);
    body.replaceChildren(el("p", { class: "quiet" }, `${WORDS[job.status]} · ${when(job.created_at)} · ${tally(job)}`), list);
    for await (const answer of jsonLines(`batch/${id}/results`, signal)) list.append(itemRow(id, answer));
    if (!list.children.length) list.replaceWith(el("p", { class: "empty" }, isOpen(job) ? "Nothing has been read yet. Look again in a moment." : "This job has no results."));
  });
}

function itemRow(id, answer) {
  if (answer.status === "cancelled") return el("li", {}, el("p", { class: "quiet" }, `${answer.path} · cancelled before it was read`));
  if (answer.error) {
    return el("li", { class: "failed" }, el("p", {}, icon("check"), el("strong", {}, answer.path), `: ${answer.error.message}`), el("p", { class: "quiet" }, answer.error.advice));
  }
  const titles = answer.titles.map((title) => title || "Untitled recipe").join(", ");
  const check = answer.review.length ? `, ${answer.review.length} to check` : "";
  return el("li", {}, el("p", {}, el("a", { href: `#/jobs/${id}/${answer.item}` }, titles)),
    el("p", { class: "quiet" }, `${answer.path} · ${count(answer.ingredients.length, "ingredient")}${check}`));
}

/** Shows one result of a job, to be looked over and taken away. */
export async function showResult(id, item, signal) {
  const body = byId("result-body");
  const back = item === SINGLE ? el("a", { href: "#/jobs" }, "All jobs") : el("a", { href: `#/jobs/${id}` }, "All results of this job");
  byId("result-paths").replaceChildren(back);
  await guarded(body, signal, async () => {
    const draft = drafts.get(`${id}/${item}`) ?? (await fetchDraft(id, item, signal));
    drafts.set(`${id}/${item}`, draft);
    byId("result-heading").textContent = draft.answer.path;
    const result = resultOf(draft, files.get(id)?.get(draft.answer.path) ?? null);
    signal.addEventListener("abort", result.release, { once: true });
    body.replaceChildren(result.element);
  });
}

async function fetchDraft(id, item, signal) {
  if (item === SINGLE) {
    const { result, items } = await json(`job/${id}`, { signal });
    const error = result ? result.error : items[0].error;
    if (error) throw new Problem(error);
    if (result) return draftOf(result);
  } else {
    for await (const answer of jsonLines(`batch/${id}/results`, signal)) {
      if (String(answer.item) === item && !answer.error && answer.titles) return draftOf(answer);
    }
  }
  throw new Problem({ message: "This result is not there.", advice: "It may have been removed, or not been read yet." });
}

/** Runs what fills a view; a problem takes the view's place, leaving the view ends it quietly. */
async function guarded(body, signal, fill) {
  body.replaceChildren(el("p", { class: "quiet" }, "Loading …"));
  try {
    await fill();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Problem)) throw error;
    body.replaceChildren(problemPanel(error));
  }
}
