// A part of a page that is looked up again while it is looked at: the queue, and an open thread.
// Looking keeps nobody signed in, and after the end of a session it stops. What the person is at
// (the focus, a selection, ticked boxes, anything typed) is never taken from them.

const EVERY = 45_000;

export function live(region) {
  const said = region.querySelector("[data-live-said]");
  const part = (where, name) => where.querySelector(`[data-live-part="${name}"]`);
  let state = "";

  async function look() {
    if (document.hidden || isSelecting(region)) return;
    let answer;
    try {
      answer = await fetch(region.dataset.live, { redirect: "error", headers: { "X-Seen": state } });
    } catch {
      return; // not reached: what is there stays, with the time at which it was read
    }
    if (answer.status === 401) clearInterval(timer);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isSelecting(region)) return;
    state = answer.headers.get("X-State") ?? "";
    part(region, "read")?.replaceWith(part(fresh, "read"));
    const lines = part(fresh, "lines");
    if (!lines) return;
    if (merge(part(region, "lines"), lines)) say(region.dataset.liveChanged);
  }

  function say(text) {
    if (said && text) said.textContent = said.textContent === text ? `${text} ` : text;
  }

  const timer = setInterval(look, EVERY);
}

function isSelecting(region) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.containsNode(region, true);
}

// Lines that stayed as they were stay the same elements. Answers whether anything changed.
function merge(old, fresh) {
  const before = old.textContent;
  const list = old.querySelector("[data-key]")?.parentElement;
  const next = fresh.querySelector("[data-key]")?.parentElement;
  if (!list || !next) {
    if (words(before) !== words(fresh.textContent)) old.replaceChildren(...fresh.childNodes);
    return words(before) !== words(old.textContent);
  }
  const at = whereTheFocusIs(list);
  const known = new Map([...list.children].map((row) => [row.dataset.key, row]));
  const rows = [...next.children].map((row) => keep(known.get(row.dataset.key), row));
  const around = [...fresh.children].map((each) => (each === next ? list : each));
  list.replaceChildren(...rows);
  old.replaceChildren(...around);
  comeBack(list, at);
  return words(before) !== words(old.textContent);
}

function keep(old, fresh) {
  if (!old) return document.importNode(fresh, true);
  const box = old.querySelector("input[type=checkbox]");
  const own = fresh.querySelector("input[type=checkbox]");
  if (words(old.textContent) === words(fresh.textContent) && box?.value === own?.value) {
    old.id = fresh.id;
    return old;
  }
  const row = document.importNode(fresh, true);
  const now = row.querySelector("input[type=checkbox]");
  if (now && box) now.checked = box.checked;
  return row;
}

function whereTheFocusIs(list) {
  const row = document.activeElement?.closest?.("[data-key]");
  if (!row || !list.contains(row)) return null;
  return { key: row.dataset.key, tag: document.activeElement.tagName };
}

function comeBack(list, at) {
  if (!at) return;
  const row = [...list.children].find((each) => each.dataset.key === at.key);
  row?.querySelector(at.tag)?.focus({ preventScroll: true });
}

const words = (text) => text.replace(/\s+/g, " ").trim();
