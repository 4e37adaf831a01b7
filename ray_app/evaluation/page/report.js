// Shows one mode at a time, one kind of image, and joins a row with its box. Without this script all modes stand below each other.
const parts = document.querySelectorAll("[data-mode]");
const buttons = document.querySelectorAll("[data-show]");

function show(mode) {
  for (const part of parts) part.toggleAttribute("hidden", part.dataset.mode !== mode);
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.show === mode));
}

for (const button of buttons) button.addEventListener("click", () => show(button.dataset.show));
show("0");

document.getElementById("kind").addEventListener("change", (event) => {
  const kind = event.target.value;
  for (const image of document.querySelectorAll(".image")) image.hidden = kind !== "" && image.dataset.category !== kind;
});

function mark(event, on) {
  const row = event.target.closest("[data-row]");
  const mode = row?.closest("[data-mode]").dataset.mode;
  const image = row?.closest(".image");
  if (!image) return;
  for (const one of image.querySelectorAll(`[data-mode="${mode}"] [data-row="${row.dataset.row}"]`)) one.classList.toggle("on", on);
}

document.addEventListener("pointerover", (event) => mark(event, true));
document.addEventListener("pointerout", (event) => mark(event, false));
