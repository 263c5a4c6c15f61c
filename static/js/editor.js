// The editor of a charter. Every form works without this; with it each change is saved as it is made, and the answer of
// the same address is put in place: the bar, the findings, the contents, and the section that was edited.

import { Matrix } from "./editor-matrix.js";
import { Outbox } from "./editor-outbox.js";

const editor = document.querySelector("[data-editor]");
const saved = document.getElementById("saved");
const address = editor.dataset.address;
const PAUSE = 700; // a text is saved when its writer pauses

document.documentElement.classList.add("is-scripted");

// -- how it stands ----------------------------------------------------------------------------------------------------

const GLYPHS = { saved: "saved", saving: "saving", failed: "error", refused: "error" };

function tell(state) {
  const clock = new Date().toLocaleTimeString(document.documentElement.lang || undefined, { hour12: false });
  saved.querySelector("use").setAttribute("href", `#g-${GLYPHS[state]}`);
  saved.querySelector("span").textContent = state === "saved" ? `${saved.dataset.saved}, ${clock}` : saved.dataset[state];
  saved.classList.toggle("is-failed", state === "failed" || state === "refused");
  saved.dataset.state = state;
}

// Forms in which somebody is writing at this moment: what stands in them was not sent yet.
const writing = new Set();
const outbox = new Outbox((state) => tell(state === "saved" && writing.size > 0 ? "saving" : state), () => writing.size > 0);

// -- what is sent -----------------------------------------------------------------------------------------------------

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

function requestOf(url, body, section, keepOpen) {
  const headers = { "X-Remit-Section": section, "X-CSRFToken": token() };
  if (keepOpen) {
    headers["X-Remit-Keep"] = "1";
  }
  return { url, options: { method: "POST", headers, body: new URLSearchParams(body), redirect: "follow" } };
}

function saveCell(cell) {
  outbox.post({
    key: cell.key,
    request: () =>
      requestOf(
        `${address}cell/`,
        { stage: cell.stage, column: cell.column, letter: cell.letter, seen: cell.seen() },
        "responsibilities",
        false,
      ),
    stuck: () => matrix.find(cell.key)?.classList.add("is-stuck"),
    answered: (response, text, hasNewer) => {
      const shown = matrix.find(cell.key);
      if (response.ok && shown) {
        shown.dataset.saved = cell.letter;
      }
      const page = parse(text);
      const both = page.querySelector("[data-conflict]");
      if (both && shown) {
        shown.dataset.saved = both.dataset.stored;
      }
      put(page, { cell: hasNewer ? cell.key : "" });
    },
  });
}

function saveForm(form, { keepOpen }) {
  const sheet = form.closest("[data-sheet]");
  const section = sheet.dataset.sheet;
  const body = new FormData(form);
  outbox.post({
    key: form.action,
    request: () => requestOf(form.action, body, section, keepOpen),
    answered: (response, text) => {
      const page = parse(text);
      put(page, { form, keepOpen: keepOpen && response.ok });
      if (!keepOpen && response.ok) {
        history.replaceState(null, "", address);
      }
    },
  });
}

// -- what is put in place ---------------------------------------------------------------------------------------------

const parse = (text) => new DOMParser().parseFromString(text, "text/html");

function put(page, options) {
  for (const id of ["messages", "answer"]) {
    exchange(document.getElementById(id), page.getElementById(id));
  }
  for (const fresh of page.querySelectorAll("[data-live]")) {
    exchange(document.getElementById(fresh.id), fresh);
  }
  for (const fresh of page.querySelectorAll("[data-sheet]")) {
    putSheet(document.getElementById(fresh.id), fresh, options);
  }
  markCurrent();
  document.querySelector("#refusals [data-focus]")?.focus();
}

// Fresh content for an element; the focus returns to the link or button that had it.
function exchange(stale, fresh) {
  if (!stale || !fresh || stale.innerHTML === fresh.innerHTML) {
    return;
  }
  const focused = stale.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  stale.innerHTML = fresh.innerHTML;
  if (focused) {
    stale.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  }
  window.htmx?.process(stale);
}

// `cell`: the answer is to a cell; it names the one that has been changed again since.
// `form` and `keepOpen`: it is to a form, which stays open while somebody writes in it.
function putSheet(stale, fresh, { cell, form, keepOpen }) {
  if (cell !== undefined) {
    matrix.merge(fresh.querySelector("[data-matrix]"), (key) => key === cell || outbox.has(key));
    return;
  }
  // The form that somebody is writing in stays as it is; around it the sentences become what was saved.
  const kept = keepOpen && form?.isConnected ? form : null;
  if (kept) {
    const seen = fresh.querySelector(`form[action="${kept.getAttribute("action")}"] [name=seen]`);
    if (seen && kept.elements.seen) {
      kept.elements.seen.value = seen.value;
    }
    for (const part of fresh.querySelectorAll('[data-part="sentence"]')) {
      const id = part.closest("[data-piece]")?.dataset.piece;
      exchange(stale.querySelector(`[data-piece="${id}"] [data-part="sentence"]`), part);
    }
    kept.querySelectorAll(".field-error, .caution").forEach((note) => note.remove());
    return;
  }
  const place = focusPlace(stale);
  stale.innerHTML = fresh.innerHTML;
  if (stale.dataset.sheet === "responsibilities") {
    matrix = new Matrix(stale.querySelector("[data-matrix]"), saveCell);
  }
  restoreFocus(stale, place);
}

function focusPlace(root) {
  const active = document.activeElement;
  return root.contains(active)
    ? { id: active.id, piece: active.closest("[data-piece]")?.dataset.piece, name: active.name }
    : null;
}

function restoreFocus(root, place) {
  const target =
    root.querySelector("[data-focus]") ??
    (place?.id ? document.getElementById(place.id) : null) ??
    (place?.piece ? root.querySelector(`[data-piece="${place.piece}"] .slot`) : null);
  target?.focus();
}

let matrix = new Matrix(document.querySelector("[data-matrix]"), saveCell);

// -- what people do ---------------------------------------------------------------------------------------------------

// A slot opens its form in place; so do the links that add or change something.
document.addEventListener("click", async (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) {
    event.preventDefault();
    const key = document.querySelector("[data-conflict]").dataset.conflict;
    document.getElementById("refusals").replaceChildren();
    matrix.find(key)?.focus();
    return;
  }
  const link = event.target.closest("[data-sheet] a[href]");
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  if (!link || !isPlain || new URL(link.href).pathname !== location.pathname) {
    return;
  }
  const sheet = link.closest("[data-sheet]");
  event.preventDefault();
  await openAt(new URL(link.href), sheet);
});

async function openAt(url, sheet) {
  let text;
  try {
    const response = await fetch(url, { headers: { "X-Remit-Section": sheet.dataset.sheet } });
    if (!response.ok) {
      throw new Error(`answered ${response.status}`);
    }
    text = await response.text();
  } catch {
    tell("failed");
    return;
  }
  const fresh = parse(text).getElementById(sheet.id);
  putSheet(sheet, fresh, {});
  history.replaceState(null, "", url);
  const at = url.searchParams.get("at");
  const open = sheet.querySelector("[data-open]");
  const field =
    (at && open?.querySelector(`[name="${at}"], [name="${at}_count"]`)) ||
    open?.querySelector("input:not([type=hidden]), select, textarea") ||
    document.getElementById(url.hash.slice(1))?.querySelector(".slot, .quiet-link");
  field?.focus();
  open?.scrollIntoView({ block: "nearest" });
}

// What is chosen is saved at once, what is written when the writer pauses or leaves the field.
const pauses = new WeakMap();

function saveSoon(form, wait) {
  window.clearTimeout(pauses.get(form));
  writing.add(form);
  const send = () => {
    writing.delete(form);
    if (form.isConnected) {
      saveForm(form, { keepOpen: true });
    }
  };
  pauses.set(form, window.setTimeout(send, wait));
}

const isKept = (form) => form?.matches("[data-save]") && (form.matches("[data-piece]") || form.elements.seen?.value);

// A list of roles has an empty line at its end, also after that was filled.
function addLine(list) {
  const last = list.lastElementChild;
  const select = last.matches("select") ? last : last.querySelector("select");
  if (select.value) {
    const line = last.cloneNode(true);
    for (const control of [line, ...line.querySelectorAll("select, input")]) {
      control.removeAttribute("id");
    }
    const fresh = line.matches("select") ? line : line.querySelector("select");
    fresh.value = "";
    fresh.setAttribute("aria-label", select.getAttribute("aria-label") ?? select.labels[0].textContent.trim());
    list.append(line);
  }
}

editor.addEventListener("change", ({ target }) => {
  const list = target.closest(".lines");
  if (list) {
    addLine(list);
  }
  const form = target.form;
  if (isKept(form)) {
    saveSoon(form, 0);
  }
});

editor.addEventListener("input", ({ target }) => {
  if (isKept(target.form) && target.matches("textarea, input:not([type=checkbox], [type=radio], [type=date])")) {
    tell("saving");
    saveSoon(target.form, PAUSE);
  }
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.matches("#refusals [data-cell-form]")) {
      event.preventDefault();
      const cell = matrix.find(`${form.elements.stage.value}/${form.elements.column.value}`);
      document.getElementById("refusals").replaceChildren();
      cell.focus();
      matrix.set(cell, form.elements.letter.value);
    } else if (form.matches("[data-sheet] [data-save], [data-sheet] [data-act]")) {
      event.preventDefault();
      window.clearTimeout(pauses.get(form));
      writing.delete(form);
      saveForm(form, { keepOpen: form.matches("[data-piece]") });
    }
  },
  true,
);

// Escape closes the form that stands open.
document.addEventListener("keydown", (event) => {
  const open = event.target.closest?.("[data-open]");
  if (event.key === "Escape" && open) {
    open.querySelector('form .buttons a[href*="#"]')?.click();
  }
});

// A finding leads to the first thing that can be changed at its place.
document.addEventListener("click", (event) => {
  const link = event.target.closest('#findings a[href^="#"]');
  if (!link) {
    return;
  }
  const place = document.getElementById(link.hash.slice(1));
  const around = place?.matches("h2") ? place.closest("[data-sheet]") : place;
  const target = around?.querySelector(".cell") ?? around?.querySelector(".slot, .button");
  window.setTimeout(() => target?.focus(), 0);
});

// Contents show where the reader is.
const sheets = [...document.querySelectorAll("[data-sheet]")];

function markCurrent() {
  const here = sheets.filter((sheet) => sheet.getBoundingClientRect().top < window.innerHeight / 3).at(-1) ?? sheets[0];
  for (const link of document.querySelectorAll("#contents ul a")) {
    if (link.hash === `#${here.dataset.sheet}`) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

const watch = new IntersectionObserver(markCurrent, { threshold: [0, 0.25, 0.5, 0.75, 1] });
sheets.forEach((sheet) => watch.observe(sheet));
