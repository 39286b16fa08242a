// The reader's time zone and theme, the phone menu, messages, and what htmx cannot say by itself.
"use strict";

const YEAR = 31536000;

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

remember("time_zone", Intl.DateTimeFormat().resolvedOptions().timeZone);

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

  const toggle = event.target.closest("[data-toggles]");
  const menu = document.getElementById("navigation");
  if (!menu) return;
  const open = toggle ? !menu.hasAttribute("data-open") : menu.contains(event.target) && menu.hasAttribute("data-open");
  menu.toggleAttribute("data-open", open);
  document.querySelector("[data-toggles]")?.setAttribute("aria-expanded", String(open));
});

// On a phone the filters stay folded until they are wanted.
if (matchMedia("(max-width: 52rem)").matches) {
  document.querySelector("[data-filters]:not([data-filtered])")?.removeAttribute("open");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.getElementById("navigation")?.removeAttribute("data-open");
  const typing = event.target.matches?.("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.getElementById("id_search")?.focus();
  }
});

// A session that has ended answers with the login page: go there instead of swapping it in.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL, location).pathname.startsWith("/accounts/login")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.requestConfig.verb !== "get") {
    tell({
      403: "You may not do this. Reload the page if your role has changed.",
      503: "The portal’s database is busy. Try again in a moment.",
    }[event.detail.xhr.status] || "That did not work. Reload the page and try again.");
  }
});
document.addEventListener("htmx:sendError", () => tell("The portal cannot be reached just now."));
