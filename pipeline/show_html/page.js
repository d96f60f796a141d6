"use strict";
// What anchors and style cannot do: a cell and its boxes are marked together, all panes follow, arrows go from cell to cell.
(() => {
  const wide = matchMedia("(min-width: 75rem)");
  let on = [];

  // The cell of a key such as "1-3-2" and its boxes, as elements.
  function kin(key) {
    const cell = document.getElementById("t" + key);
    const boxes = [];
    for (let box = document.getElementById("b" + key); box; ) {
      boxes.push(box);
      box = document.getElementById("b" + key + "-" + boxes.length);
    }
    return { cell, boxes };
  }

  function reveal(element) {
    const pane = element.closest("#tables, #pages").getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const seen = box.top >= pane.top && box.bottom <= pane.bottom && box.left >= pane.left && box.right <= pane.right;
    if (!seen) element.scrollIntoView({ block: "center", inline: "center" });
  }

  // Mark what the address names, and show it in all panes.
  function follow() {
    for (const element of on) element.classList.remove("on");
    on = [];
    const [, kind, name] = /^#([tbf])([\d-]+)$/.exec(location.hash) || [];
    if (!kind) return;
    const named = document.getElementById(kind + name);
    if (!named) return;
    const keys = kind === "f" ? named.dataset.cells.split(" ") : [name.split("-").slice(0, 3).join("-")];
    const found = keys.filter(Boolean).map(kin);
    on = found.flatMap(({ cell, boxes }) => [cell, ...boxes]);
    for (const element of on) element.classList.add("on");
    if (wide.matches && found.length) {
      const { cell, boxes } = found[0];
      for (const element of [cell, kind === "b" ? named : boxes[0]]) if (element) reveal(element);
    }
  }

  const grids = new Map();

  // The cell that covers a position of a table.
  function at(table, row, column) {
    if (!grids.has(table)) {
      const grid = new Map();
      for (const cell of document.querySelectorAll(`#table-${table} [id^="t${table}-"]`)) {
        const [, top, left] = cell.id.split("-").map(Number);
        for (let r = top; r < top + cell.rowSpan; r++)
          for (let c = left; c < left + cell.colSpan; c++) grid.set(`${r}-${c}`, cell);
      }
      grids.set(table, grid);
    }
    return grids.get(table).get(`${row}-${column}`);
  }

  function neighbour(cell, arrow) {
    const [table, row, column] = cell.id.slice(1).split("-").map(Number);
    switch (arrow) {
      case "ArrowUp": return at(table, row - 1, column);
      case "ArrowDown": return at(table, row + cell.rowSpan, column);
      case "ArrowLeft": return at(table, row, column - 1);
      case "ArrowRight": return at(table, row, column + cell.colSpan);
    }
  }

  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link) {
      if (link.getAttribute("href") === location.hash) follow();
      return;
    }
    const cell = event.target.closest("#tables [id]");
    const own = cell && cell.querySelector(":scope > .to");
    if (own && getSelection().isCollapsed) own.click(); // else a text was selected to be copied
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const focused = document.activeElement;
    if (event.key === "Escape") location.hash = "#-";
    const box = focused.querySelector && focused.querySelector(":scope > rect");
    const from = box ? kin(box.id.slice(1).split("-").slice(0, 3).join("-")).cell : focused.closest("#tables [id^=t]");
    const to = event.key.startsWith("Arrow") && focused.matches("a") && from && neighbour(from, event.key);
    if (!to) return;
    const link = box ? (kin(to.id.slice(1)).boxes[0] || box).parentNode : to.querySelector(":scope > .to");
    if (link) {
      event.preventDefault();
      link.focus();
    }
  });
  follow();
})();
