// Remembers the theme that the reader chose. A classic script in the head, so that no page flashes in the other one;
// without it the radios in the footer still work for the page.
(() => {
  const KEY = "remit-theme";
  const root = document.documentElement;

  const remembered = () => {
    try {
      return localStorage.getItem(KEY) ?? "system";
    } catch {
      return "system"; // storage may be forbidden; then the choice holds for the page
    }
  };

  const show = (theme) => {
    if (theme === "system") {
      delete root.dataset.theme;
    } else {
      root.dataset.theme = theme;
    }
  };

  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // see above
    }
  };

  show(remembered());

  document.addEventListener("DOMContentLoaded", () => {
    const chosen = document.getElementById(`theme-${remembered()}`);
    if (chosen) {
      chosen.checked = true;
    }
  });

  document.addEventListener("change", ({ target }) => {
    if (target.name === "theme" && target.closest(".theme")) {
      show(target.value);
      remember(target.value);
    }
  });
})();
