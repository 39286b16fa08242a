// What a customer or SAP will notice is asked in a dialog; without script the same question is a page.
"use strict";

function dialogOf() {
  let dialog = document.getElementById("dialog");
  if (!dialog) {
    dialog = Object.assign(document.createElement("dialog"), { id: "dialog", className: "dialog" });
    dialog.setAttribute("aria-labelledby", "question-title");
    document.body.append(dialog);
  }
  return dialog;
}

// The server answers with a question, or with where to go once there is nothing (more) to ask.
async function ask(url, options = {}) {
  const headers = { "HX-Request": "true", "HX-Target": "dialog" };
  const answer = await fetch(url, { ...options, headers, credentials: "same-origin" });
  const next = answer.headers.get("HX-Redirect");
  if (next) {
    location.assign(next);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const question = page.getElementById("question");
  if (!question) {
    tell(document.body.dataset.toldFailed);
    return;
  }
  question.querySelectorAll("form:not([action])").forEach((form) => form.setAttribute("action", url));
  const dialog = dialogOf();
  dialog.replaceChildren(question);
  if (!dialog.open) dialog.showModal();
  (question.querySelector("[aria-invalid=true], textarea, input:not([type=hidden])") || question.querySelector("[data-closes]"))?.focus();
}

function askOrTell(url, options) {
  ask(url, options).catch(() => tell(document.body.dataset.toldAway));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#dialog [data-closes]")) {
    event.preventDefault();
    dialogOf().close();
    return;
  }
  const link = event.target.closest("a[data-asks]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  askOrTell(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (!(form.closest("#dialog") || form.matches("[data-asks]") || button?.matches("[data-asks]"))) return;
  event.preventDefault();
  const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const given = new URLSearchParams(new FormData(form, button));
  if (form.method === "get") askOrTell(`${url}?${given}`);
  else askOrTell(url, { method: "POST", body: given });
});
