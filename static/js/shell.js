// Small comforts of every page. Everything here works without it, only less pleasantly.

const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

// "/" goes to the search field, as its <kbd> says.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  const search = document.querySelector('[data-shortcut="/"]');
  if (search && search.offsetParent !== null) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// A menu closes when the reader goes elsewhere, or on Escape, which gives the focus back to it.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", ({ target }) => {
  for (const menu of openMenus()) {
    if (!menu.contains(target)) {
      menu.open = false;
    }
  }
});

document.addEventListener("focusin", ({ target }) => {
  for (const menu of openMenus()) {
    if (!menu.contains(target)) {
      menu.open = false;
    }
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

// What is to be mended is read out and stands in sight, after a page load and after htmx put it in.
const goToErrors = (root) => root.querySelector("[data-focus]")?.focus();

goToErrors(document);
document.addEventListener("htmx:afterSwap", ({ target }) => goToErrors(target));

// A form is sent once: a second press while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (!form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) {
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  }
});

// A page that comes back from the browser's history was not sent yet.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
});
