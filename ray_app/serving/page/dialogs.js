/* The two questions that the page asks in a window of their own: for the API key, and to copy a text by hand. */

import { announce } from "./dom.js";

const byId = (id) => document.getElementById(id);

/** Resolves to the key that a person types in, or to null when they would rather not. */
export function askForKey(refused) {
  const dialog = byId("key-dialog");
  const field = byId("key");
  byId("key-refused").hidden = !refused;
  field.value = "";
  let given = null;
  return new Promise((resolve) => {
    const accept = () => { given = field.value.trim() || null; };
    const cancel = () => dialog.close();
    dialog.querySelector("form").addEventListener("submit", accept);
    byId("key-cancel").addEventListener("click", cancel);
    dialog.addEventListener("close", () => {
      dialog.querySelector("form").removeEventListener("submit", accept);
      byId("key-cancel").removeEventListener("click", cancel);
      resolve(given);
    }, { once: true });
    dialog.showModal();
  });
}

/** Copies a text; over plain HTTP browsers give pages no clipboard, so there a person copies it out of a window. */
export async function copy(text, what) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    announce(`${what} copied`);
    return;
  }
  byId("copy-text").value = text;
  byId("copy-dialog").showModal();
  byId("copy-text").select();
}
