// Changes a part of the page into its new state in place: whatever stays is the same element, so
// that focus, typed text, ticks, scroll positions and open details stay.
"use strict";

const OWN = new Set(["open", "data-active"]); // the reader's doing

// What makes two elements the same one, beside their tag.
function keyOf(element) {
  const named = /^(radio|checkbox)$/.test(element.type) ? `${element.name}=${element.value}` : element.name;
  const known = element.id || element.dataset?.key || element.getAttribute("aria-labelledby") || named || (/^(prev|next)$/.test(element.rel) && element.rel);
  return known ? `${element.localName}#${known}` : "";
}

// The children that have a key, those of the same key numbered.
function keyed(parent) {
  const found = new Map();
  for (const child of parent.children) {
    let key = keyOf(child);
    while (key && found.has(key)) key += "+";
    if (key) found.set(key, child);
  }
  return found;
}

const idsIn = (node) => (node.querySelectorAll ? [...node.querySelectorAll("[id]")].map((one) => one.id) : []);

// Of elements without a key the first that is alike, or rather the one with the same things in it.
function likest(candidates, fresh, staying) {
  const inside = new Set(idsIn(fresh));
  const alike = candidates.filter((one) => one.nodeName === fresh.nodeName && one.classList?.[0] === fresh.classList?.[0]);
  return alike.find((one) => idsIn(one).some((id) => inside.has(id)))
    || alike.find((one) => !idsIn(one).some((id) => staying.has(id)));
}

// Elements that stay but are to ask the server for something else, or for nothing any more: htmx
// goes on polling as it was told until it looks at them again.
const renewed = new Set();

function asksFor(element) {
  return [...element.attributes].filter(({ name }) => name.startsWith("hx-")).map(({ name, value }) => `${name}=${value}`).join(" ");
}

function takeAttributes(old, fresh) {
  if (asksFor(old) !== asksFor(fresh)) renewed.add(old);
  const own = old.matches("details, dialog, [data-bulk-bar]") ? OWN : new Set();
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !own.has(name) && name !== "class") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "class" && !own.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const busy = [...old.classList].filter((one) => one.startsWith("htmx-"));
  const classes = [fresh.getAttribute("class"), ...busy].filter(Boolean).join(" ");
  if (classes !== (old.getAttribute("class") || "")) old.setAttribute("class", classes);
}

function takeChildren(old, fresh) {
  const here = keyed(old);
  const names = new Map([...keyed(fresh)].map(([key, child]) => [child, key]));
  const leave = new Set([...here].filter(([key]) => ![...names.values()].includes(key)).map(([, child]) => child));
  leave.forEach((child) => child.remove());
  const known = new Set(here.values());
  const free = new Set([...old.childNodes].filter((one) => !known.has(one)));
  const staying = new Set(idsIn(fresh));
  let next = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const found = names.has(child) ? here.get(names.get(child)) : likest([...free], child, staying);
    free.delete(found);
    if (!found) {
      old.insertBefore(child, next);
    } else if (found === next) {
      next = next.nextSibling;
      change(found, child);
    } else {
      moveBefore(old, found, next);
      change(found, child);
    }
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

// Moving an element the plain way takes its focus and its scroll position.
function moveBefore(parent, child, next) {
  if (parent.moveBefore) parent.moveBefore(child, next);
  else parent.insertBefore(child, next);
}

function change(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.isEqualNode(fresh) || old.matches("[data-fetched]:not(details)")) return;
  // What <details> fetched when they were opened stays until they are closed.
  if (old.matches("details[data-fetched]")) {
    if (old.open) old = old.querySelector("summary"), fresh = fresh.querySelector("summary");
    else return old.replaceWith(fresh);
  }
  takeAttributes(old, fresh);
  takeChildren(old, fresh);
}

const FOCUSABLE = "a[href], button:not(:disabled), input:not([type=hidden], :disabled), select, textarea, summary";

// Where the focus goes when what had it is gone: the next thing that takes it.
function keepingFocus(work) {
  const before = document.activeElement;
  const places = [];
  for (let one = before; one && one.id !== "content" && one !== document.body; one = one.parentElement) {
    places.push(one, one.nextElementSibling, one.previousElementSibling);
  }
  work();
  if (!places.length || document.activeElement === before) return;
  for (const place of places) {
    if (!place?.isConnected) continue;
    const inside = place.matches(FOCUSABLE) ? [place] : [...place.querySelectorAll(FOCUSABLE)];
    const seen = inside.find((one) => one.checkVisibility());
    if (seen) return seen.focus({ preventScroll: true });
  }
  document.getElementById("content")?.focus({ preventScroll: true });
}

function morph(old, fresh) {
  if (old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh)) {
    keepingFocus(() => change(old, fresh));
    renewed.forEach((one) => one.isConnected && htmx.process(one));
    renewed.clear();
    return old;
  }
  keepingFocus(() => old.replaceWith(fresh));
  return fresh;
}

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, fragment, settling) {
    const [fresh, ...more] = fragment.children;
    if (style !== "morph" || !fresh) return false;
    const changed = morph(target, fresh);
    changed.after(...more);
    if (changed !== target) settling.elts.push(changed);
    return [changed, ...more];
  },
});

// Whatever replaces an element as a whole changes it instead.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig: asked, xhr, swapOverride } = event.detail;
  if (!event.detail.shouldSwap) return;
  if (asked.elt.getAttribute("hx-trigger")?.includes("toggle")) {
    asked.elt.closest("details").setAttribute("data-fetched", "");
  }
  const wanted = swapOverride || asked.elt.getAttribute("hx-swap") || "";
  if (!wanted.startsWith("outerHTML")) return;
  event.detail.swapOverride = wanted.replace("outerHTML", "morph");
  // What was typed into a form has arrived: it is not kept.
  if (asked.verb !== "get" && asked.elt.matches("form") && xhr.status < 400) asked.elt.reset();
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const fresh = event.detail.fragment.firstElementChild;
  const { target } = event.detail;
  if (!fresh || !target.id || target.id !== fresh.id) return;
  event.detail.shouldSwap = false;
  fresh.removeAttribute("hx-swap-oob");
  htmx.process(morph(target, fresh));
});
