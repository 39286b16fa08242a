// Copies what stands beside the button: payloads and messages of the technical log.
"use strict";

const SHOWN_AS_COPIED_MS = 2000;

// Without HTTPS a browser keeps its clipboard from scripts, but copies what is selected.
async function copy(source) {
  if (navigator.clipboard) return navigator.clipboard.writeText(source.textContent.trim());
  getSelection().selectAllChildren(source);
  const hasCopied = document.execCommand("copy");
  getSelection().removeAllRanges();
  if (!hasCopied) throw new Error("nothing was copied");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || button.dataset.label) return;
  const words = button.querySelector("[aria-live]");
  button.dataset.label = words.textContent;
  await copy(button.closest("[data-copied]").querySelector("[data-text]")).then(
    () => { words.textContent = button.dataset.done; },
    () => { words.textContent = button.dataset.failed; },
  );
  setTimeout(() => {
    words.textContent = button.dataset.label;
    delete button.dataset.label;
  }, SHOWN_AS_COPIED_MS);
});
