// Ticked rows: "select all", the count, and the bar that appears with them.
"use strict";

function ticked(form) {
  return [...form.querySelectorAll("input[name=selected]")];
}

function refresh(form) {
  const boxes = ticked(form);
  const count = boxes.filter((box) => box.checked).length;
  const bar = form.querySelector("[data-bulk-bar]");
  const all = form.querySelector("[data-select-all]");
  bar?.toggleAttribute("data-active", count > 0);
  const number = form.querySelector("[data-selected-count]");
  const everyPage = form.querySelector("[name=all_matching]")?.checked;
  if (number) number.textContent = everyPage ? "All" : String(count);
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-selection]");
  if (!form) return;
  if (event.target.matches("[data-select-all]")) {
    ticked(form).forEach((box) => { box.checked = event.target.checked; });
  }
  refresh(form);
});

// A row drawn again keeps its tick.
let kept = new Set();
document.addEventListener("htmx:beforeSwap", () => {
  kept = new Set([...document.querySelectorAll("input[name=selected]:checked")].map((box) => box.value));
});
document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("[data-selection]").forEach((form) => {
    ticked(form).forEach((box) => { if (kept.has(box.value)) box.checked = true; });
    refresh(form);
  });
});
