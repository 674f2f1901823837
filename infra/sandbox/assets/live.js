// Shows times in the reader's zone, fits mails to their content, and keeps lists up to date without touching what is unchanged.
"use strict";

const format = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const sources = new WeakMap();

function settle(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) {
      time.title = at.toISOString();
      time.textContent = format.format(at);
    }
  }
  for (const frame of root.querySelectorAll("iframe")) {
    frame.addEventListener("load", () => fit(frame));
    fit(frame);
  }
}

function fit(frame) {
  const page = frame.contentDocument && frame.contentDocument.documentElement;
  if (page && frame.offsetParent) {
    frame.style.height = "0";
    frame.style.height = `${Math.min(page.scrollHeight, 4000)}px`;
  }
}

function merge(list, fresh) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const next of [...fresh.children]) {
    const source = next.outerHTML.replace(" open=\"\"", "");
    const old = known.get(next.dataset.key);
    known.delete(next.dataset.key);
    if (old && sources.get(old) === source) {
      if (old === place) place = place.nextElementSibling;
      else list.insertBefore(old, place);
      continue;
    }
    if (old === place && place) place = place.nextElementSibling;
    if (old) old.remove();
    sources.set(next, source);
    next.classList.add("new");
    list.insertBefore(next, place);
    settle(next);
  }
  for (const gone of known.values()) gone.remove();
}

async function refresh(list) {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (fresh) merge(list, fresh);
    }
  } catch {
    // The sandbox is restarting; the next round finds it again.
  }
  setTimeout(() => refresh(list), document.hidden ? 10000 : 2000);
}

const list = document.querySelector("[data-live]");
if (list) for (const child of list.children) sources.set(child, child.outerHTML.replace(" open=\"\"", ""));
settle(document);
document.addEventListener("toggle", (event) => event.target.querySelectorAll("iframe").forEach(fit), true);
addEventListener("resize", () => document.querySelectorAll("iframe").forEach(fit));
if (list) setTimeout(() => refresh(list), 2000);
