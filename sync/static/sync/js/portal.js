// The reader's time zone and theme, messages, keys, and what htmx cannot say by itself.
"use strict";

const YEAR = 31536000;
const READ_IN_MS = 8000;
const TYPED_IN = "input:not([type=checkbox], [type=radio]), select, textarea";

function remember(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR}; SameSite=Lax`;
}

function tell(text) {
  const message = document.createElement("p");
  message.className = "message message--error";
  message.setAttribute("role", "alert");
  message.append(Object.assign(document.createElement("span"), { textContent: text }));
  document.getElementById("messages")?.replaceChildren(message);
}

// Good news goes by itself, unless the reader is at it; trouble stays until it is closed.
function letGo() {
  for (const message of document.querySelectorAll("#messages .message--success:not([data-read])")) {
    message.dataset.read = "";
    setTimeout(() => message.matches(":hover, :focus-within") || message.remove(), READ_IN_MS);
  }
}

remember("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
letGo();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember("theme", root.dataset.theme);
  }
  event.target.closest("[data-dismiss]")?.closest(".message").remove();
});

// "/" goes to the search, Escape back to where one was; elsewhere Escape closes the messages.
let cameFrom = null;
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("id_search");
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.(TYPED_IN)) {
    event.preventDefault();
    cameFrom = document.activeElement;
    search?.select();
  } else if (event.key === "Escape" && event.target === search) {
    event.preventDefault();
    search.value = search.defaultValue;
    search.blur();
    if (cameFrom?.isConnected) cameFrom.focus({ preventScroll: true });
  } else if (event.key === "Escape" && !event.defaultPrevented) {
    document.getElementById("messages")?.replaceChildren();
  }
});

// A button that waits for its answer keeps the focus and cannot be pressed again.
function wait(button) {
  button?.setAttribute("aria-disabled", "true");
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[aria-disabled=true]")) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  // Filters and pages of a list change the address, and the menu stays as it is.
  if (event.target.matches("[data-returns]")) event.target.elements.next.value = location.pathname + location.search;
  if (event.submitter?.getAttribute("aria-disabled") === "true") event.preventDefault();
  else if (!event.defaultPrevented) setTimeout(() => wait(event.submitter));
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("[aria-disabled=true]").forEach((one) => one.removeAttribute("aria-disabled"));
});

// A page nobody looks at asks nothing.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { verb, triggeringEvent, elt } = event.detail.requestConfig;
  if (verb === "get" && !triggeringEvent && document.hidden) event.preventDefault();
  if (verb === "get") return;
  const button = triggeringEvent?.submitter || (elt.matches("button") ? elt : elt.querySelector("[type=submit]"));
  if (button) {
    button.setAttribute("data-waits", "");
    wait(button);
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { verb } = event.detail.requestConfig;
  if (verb === "get") return;
  for (const button of document.querySelectorAll("[data-waits]")) {
    button.removeAttribute("data-waits");
    button.removeAttribute("aria-disabled");
  }
});

// A session that has ended answers with the login page: go there instead of swapping it in.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL, location).pathname.startsWith("/accounts/login")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.addEventListener("htmx:afterSettle", letGo);
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.requestConfig.verb !== "get") {
    const { toldForbidden, toldBusy, toldFailed } = document.body.dataset;
    tell({ 403: toldForbidden, 503: toldBusy }[event.detail.xhr.status] || toldFailed);
  }
});
document.addEventListener("htmx:sendError", () => tell(document.body.dataset.toldAway));
