// The matrix by keyboard and mouse. A cell shows its new letter at once; the outbox stores it.

const TOGETHER = 1500; // A and R typed within this time are AR
const CYCLE = ["", "R", "A", "AR", "C", "I"];
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Matrix {
  #typed = { cell: "", letter: "", at: 0 };

  // `save(cell)` is called with {key, stage, column, seen, letter} when a letter was chosen.
  constructor(root, save) {
    this.root = root;
    this.save = save;
    this.letters = new Map(
      [...document.getElementById("letters").content.children].map((each) => [each.dataset.letter, each]),
    );
    root.addEventListener("keydown", (event) => this.#onKey(event));
    root.addEventListener("click", (event) => this.#onClick(event));
    root.addEventListener("change", (event) => this.#onChoice(event));
    root.addEventListener("submit", (event) => this.#onSubmit(event));
    root.addEventListener("focusin", ({ target }) => target.matches(".cell") && this.#rove(target));
    this.refresh();
  }

  get cells() {
    return [...this.root.querySelectorAll(".cell")];
  }

  // One cell is in the order of the Tab key; the arrow keys lead to the others.
  refresh() {
    const { cells } = this;
    const entry = cells.find((cell) => cell === document.activeElement) ?? cells.find((cell) => cell.tabIndex === 0);
    for (const cell of cells) {
      cell.dataset.saved ??= cell.dataset.letter;
    }
    this.#rove(entry ?? cells[0]);
  }

  find(key) {
    return this.cells.find((cell) => cell.value === key);
  }

  // Put the matrix of an answer in place; cells that still wait to be saved keep what was entered.
  merge(fresh, isWaiting) {
    const now = this.cells;
    const next = [...fresh.querySelectorAll(".cell")];
    const isSame = now.length === next.length && now.every((cell, index) => cell.value === next[index].value);
    if (!isSame) {
      this.#replace(fresh);
      return;
    }
    now.forEach((cell, index) => {
      cell.dataset.saved = next[index].dataset.letter;
      if (!isWaiting(cell.value)) {
        this.show(cell, next[index].dataset.letter);
        cell.classList.remove("is-waiting", "is-stuck");
      }
    });
    const rows = fresh.querySelectorAll("tr:not(.pop-row)");
    this.root.querySelectorAll("tr:not(.pop-row)").forEach((row, index) => {
      row.className = rows[index].className;
      const heads = rows[index].querySelectorAll("th, tfoot td");
      row.querySelectorAll("th, tfoot td").forEach((head, place) => {
        if (head.innerHTML !== heads[place].innerHTML) {
          head.innerHTML = heads[place].innerHTML;
        }
      });
    });
  }

  #replace(fresh) {
    const key = document.activeElement?.closest?.(".cell")?.value;
    this.root.replaceChildren(...fresh.childNodes);
    this.refresh();
    if (key) {
      this.find(key)?.focus();
    }
  }

  show(cell, letter) {
    if (cell.dataset.letter === letter && cell.firstElementChild) {
      return;
    }
    const drawn = this.letters.get(letter);
    const isHole = "vacant" in cell.dataset && /[AR]/.test(letter);
    cell.dataset.letter = letter;
    cell.replaceChildren(drawn.children[isHole ? 1 : 0].cloneNode(true));
    const [place] = cell.getAttribute("aria-label").split(/:(?=[^:]*$)/);
    cell.setAttribute("aria-label", `${place}: ${drawn.dataset.word}`);
  }

  set(cell, letter) {
    if (cell.dataset.letter === letter) {
      return;
    }
    this.show(cell, letter);
    cell.classList.add("is-waiting");
    const slash = cell.value.indexOf("/");
    this.save({
      key: cell.value,
      stage: cell.value.slice(0, slash),
      column: cell.value.slice(slash + 1),
      letter,
      seen: () => cell.dataset.saved,
    });
  }

  #rove(entry) {
    for (const cell of this.cells) {
      cell.tabIndex = cell === entry ? 0 : -1;
    }
  }

  #onKey(event) {
    const cell = event.target.closest(".cell");
    if (event.key === "Escape" && event.target.closest(".pop-row")) {
      event.preventDefault();
      this.#close();
      return;
    }
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const letter = event.key.toUpperCase();
    if (MOVES[event.key]) {
      this.#move(cell, ...MOVES[event.key]);
    } else if (event.key === "Home" || event.key === "End") {
      this.#move(cell, 0, event.key === "Home" ? -Infinity : Infinity);
    } else if ("ARCI".includes(letter) && letter.length === 1) {
      this.#type(cell, letter);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.set(cell, "");
    } else if (event.key === "Enter") {
      this.set(cell, CYCLE[(CYCLE.indexOf(cell.dataset.letter) + 1) % CYCLE.length]);
    } else {
      return;
    }
    event.preventDefault();
  }

  #type(cell, letter) {
    const before = this.#typed;
    const isPair =
      before.cell === cell.value &&
      Date.now() - before.at < TOGETHER &&
      ["AR", "RA"].includes(before.letter + letter);
    this.#typed = { cell: cell.value, letter, at: Date.now() };
    this.set(cell, isPair ? "AR" : letter);
  }

  #move(cell, down, across) {
    const rows = [...this.root.querySelectorAll("tr[data-stage]")];
    const row = cell.closest("tr");
    const column = [...row.querySelectorAll(".cell")].indexOf(cell);
    const target = rows[Math.min(Math.max(rows.indexOf(row) + down, 0), rows.length - 1)];
    const cells = [...target.querySelectorAll(".cell")];
    cells[Math.min(Math.max(column + across, 0), cells.length - 1)].focus();
  }

  #onClick(event) {
    const cell = event.target.closest(".cell");
    if (!cell) {
      return;
    }
    event.preventDefault();
    this.#rove(cell);
    this.#open(cell);
  }

  // The choice of letters under the row, as without script, filled in here.
  #open(cell) {
    const wasOpen = this.root.querySelector(`.cell.is-focus`) === cell;
    this.#close();
    if (wasOpen) {
      return;
    }
    const row = document.createElement("tr");
    const td = row.insertCell();
    row.className = "pop-row";
    td.className = "pop-cell";
    td.colSpan = cell.closest("tr").cells.length;
    td.append(document.getElementById("cell-pop").content.cloneNode(true));
    const slash = cell.value.indexOf("/");
    const form = td.querySelector("form");
    form.elements.stage.value = cell.value.slice(0, slash);
    form.elements.column.value = cell.value.slice(slash + 1);
    this.#name(form.querySelector("[data-cell-name]"), cell);
    for (const radio of form.querySelectorAll('[name="letter"]')) {
      radio.checked = radio.value === cell.dataset.letter;
    }
    cell.closest("tr").after(row);
    cell.classList.add("is-focus");
    form.querySelector("[name=letter]:checked")?.focus();
  }

  // The template says "{role} at {stage}" in the reader's language.
  #name(element, cell) {
    const column = [...cell.closest("tr").querySelectorAll(".cell")].indexOf(cell);
    const words = {
      role: this.root.querySelectorAll("thead a")[column].textContent,
      stage: cell.closest("tr").dataset.name,
    };
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      texts.currentNode.data = texts.currentNode.data.replace(/\{(\w+)\}/g, (_all, name) => words[name]);
    }
  }

  #close() {
    const row = this.root.querySelector(".pop-row");
    const cell = this.root.querySelector(".cell.is-focus");
    const hadFocus = row?.contains(document.activeElement);
    row?.remove();
    cell?.classList.remove("is-focus");
    if (hadFocus) {
      cell?.focus();
    }
  }

  #chosen(form) {
    return this.find(`${form.elements.stage.value}/${form.elements.column.value}`);
  }

  #onChoice({ target }) {
    const form = target.closest("[data-cell-form]");
    if (form && target.name === "letter") {
      this.set(this.#chosen(form), target.value);
    }
  }

  #onSubmit(event) {
    const form = event.target.closest("[data-cell-form]");
    if (form) {
      event.preventDefault();
      this.#close();
    }
  }
}
