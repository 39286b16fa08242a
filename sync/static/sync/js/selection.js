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
  if (number) number.textContent = everyPage ? document.body.dataset.toldAll : String(count);
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

// Rows that are drawn anew keep their ticks; rows that are gone count no more.
document.addEventListener("htmx:afterSwap", () => document.querySelectorAll("[data-selection]").forEach(refresh));
document.addEventListener("reset", (event) => setTimeout(() => event.target.matches("[data-selection]") && refresh(event.target)));
document.querySelectorAll("[data-selection]").forEach(refresh); // the browser restores ticks

// From a row Enter goes to the buttons for all that is ticked, Escape back to it; there Escape
// takes the ticks away.
let lastBox = null;
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-selection]");
  const bar = form?.querySelector("[data-bulk-bar]");
  if (!bar) return;
  const box = event.target.closest("[name=selected], [data-select-all]");
  if (event.key === "Enter" && event.target.matches("[type=checkbox]")) {
    event.preventDefault(); // else it would press the first button
    if (!box) return;
    if (!ticked(form).some((one) => one.checked)) {
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
    lastBox = box;
    bar.querySelector("button")?.focus();
  } else if (event.key === "Escape" && bar.contains(event.target)) {
    event.preventDefault();
    (lastBox?.isConnected ? lastBox : ticked(form)[0])?.focus();
  } else if (event.key === "Escape" && box) {
    event.preventDefault();
    ticked(form).forEach((one) => { one.checked = false; });
    refresh(form);
  }
}, true);
