/* The service's HTTP API: requests with the key, problems as exceptions, streams as async generators. Knows no page. */

const KEY = "recipe-ocr-key";

/** What the service, or the way to it, said instead of an answer. `code` is stable, `advice` says what to do next. */
export class Problem extends Error {
  constructor({ message, advice = "", code = "", status = 0, trace = "" }) {
    super(message);
    Object.assign(this, { advice, code, status, trace });
  }
}

let askForKey = async () => null;
let asking = null;

/** Sets who asks a person for the key: gets true when one was refused, resolves to the key, or to null. */
export function askForKeyWith(ask) {
  askForKey = ask;
}

/**
 * Returns the response to a request; asks for the API key when the service wants one.
 *
 * Throws Problem when the service refuses or cannot be reached, and the browser's AbortError when `signal` ends it.
 */
export async function request(path, { method = "GET", body, accept = "application/json", signal } = {}) {
  for (;;) {
    const key = sessionStorage.getItem(KEY);
    const response = await send(path, { method, body, signal, headers: headersFor(accept, key) });
    if (response.ok) return response;
    if (response.status !== 401 || !(await newKey(key))) throw await problemOf(response);
  }
}

/** Returns the JSON that a request is answered with. */
export async function json(path, options) {
  return (await request(path, options)).json();
}

function headersFor(accept, key) {
  return key === null ? { Accept: accept } : { Accept: accept, Authorization: `Bearer ${key}` };
}

async function send(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      message: "The service could not be reached.",
      advice: "Check the connection, and that the service is running; then try again.",
      code: "unreachable",
    });
  }
}

/** Tells whether there is another key than the one that was refused; several requests share one question. */
async function newKey(refused) {
  const stored = sessionStorage.getItem(KEY);
  if (stored !== refused) return true;
  asking ??= askForKey(refused !== null).finally(() => { asking = null; });
  const key = await asking;
  if (key !== null) sessionStorage.setItem(KEY, key);
  return key !== null;
}

async function problemOf(response) {
  const status = response.status;
  // A proxy in front may answer in HTML; then the status is all there is to say.
  if (!/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    return new Problem({ message: `The service answered ${status}.`, advice: "Try again in a moment.", status });
  }
  const { message, title, advice, code, trace_id: trace } = await response.json();
  const wait = response.headers.get("Retry-After");
  const when = wait && /^\d+$/.test(wait) ? `Try again in ${wait} s.` : "";
  return new Problem({ message: message ?? title, advice: [advice, when].filter(Boolean).join(" "), code, status, trace });
}

/** Yields the events of a stream as {event, data}. By fetch, since EventSource cannot send the key. */
export async function* events(path, signal) {
  for await (const block of pieces(path, "text/event-stream", /\r?\n\r?\n/, signal)) {
    const lines = block.split(/\r?\n/).filter((line) => !line.startsWith(":"));
    const valuesOf = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
    const data = valuesOf("data").join("\n");
    if (data) yield { event: valuesOf("event")[0] ?? "message", data };
  }
}

/** Yields the objects of an answer in JSON lines as they arrive. */
export async function* jsonLines(path, signal) {
  for await (const line of pieces(path, "application/x-ndjson", /\r?\n/, signal)) yield JSON.parse(line);
}

async function* pieces(path, accept, separator, signal) {
  const response = await request(path, { accept, signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const parts = (rest + (value ?? "")).split(separator);
    rest = done ? "" : parts.pop();
    yield* parts.filter((part) => part.trim());
    if (done) return;
  }
}
