// Long tables can be sorted and filtered where JavaScript runs; without it they read the same.
(() => {
  "use strict";

  const MINUS = "\u2212";
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  // The number a cell begins with, or NaN: "1,204", "−0.31 (−0.43 to −0.19)", "100%".
  function number(text) {
    const found = text.match(/^[\u2212-]?[\d,]*\.?\d+/);
    return found ? Number(found[0].replace(MINUS, "-").replaceAll(",", "")) : NaN;
  }

  function compare(first, second) {
    const [one, other] = [number(first), number(second)];
    return Number.isNaN(one) || Number.isNaN(other) ? order.compare(first, second) : one - other;
  }

  function text(row, column) {
    return row.cells[column].innerText.trim();
  }

  // What is not known, a dash, comes last in either direction.
  function sort(body, column, descending) {
    const known = (row) => text(row, column) !== "\u2013";
    const rows = [...body.rows].sort(
      (a, b) =>
        known(b) - known(a) ||
        (descending ? -1 : 1) * compare(text(a, column), text(b, column)),
    );
    body.append(...rows);
  }

  function makeSortable(table) {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => {
        const descending = header.getAttribute("aria-sort") === "ascending";
        headers.forEach((other) => other.removeAttribute("aria-sort"));
        header.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sort(table.tBodies[0], column, descending);
      });
    });
  }

  // Rows that hold every word typed stay; how many they are is announced.
  function makeSearchable(region, table) {
    const tools = document.createElement("div");
    const input = document.createElement("input");
    const status = document.createElement("span");
    tools.className = "table-tools";
    input.type = "search";
    input.placeholder = "Filter the rows";
    input.setAttribute("aria-label", `Filter the rows of: ${table.caption.innerText}`);
    status.setAttribute("role", "status");
    tools.append(input, status);
    region.before(tools);
    const rows = [...table.tBodies[0].rows];
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const said = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => said.includes(word));
      }
      const shown = rows.filter((row) => !row.hidden).length;
      status.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const region of document.querySelectorAll(".table-scroll.sortable")) {
      const table = region.querySelector("table");
      makeSortable(table);
      makeSearchable(region, table);
    }
  });
})();
