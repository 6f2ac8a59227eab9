// The grid: a table whose column names sort it. The order chosen is kept when the rows change.
(() => {
  "use strict";
  const value = (row, column) => {
    const cell = row.children[column];
    return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
  };
  const sort = (table, column, direction) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [value(row, column), row]);
    rows.sort(([a], [b]) => (typeof a === "number" ? a - b : a.localeCompare(b)) * direction);
    body.replaceChildren(...rows.map(([, row]) => row));
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      head.setAttribute("aria-sort", place !== column ? "none" : direction > 0 ? "ascending" : "descending");
    });
  };
  window.cloze.sorts = (element, trigger) => {
    element.addEventListener("click", (event) => {
      const picked = event.target.closest("[data-pick]");
      if (picked) return trigger("select", { value: picked.dataset.pick });
      const button = event.target.closest(".sorts");
      if (!button) return;
      const head = button.closest("th");
      const direction = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      sort(button.closest("table"), head.cellIndex, direction);
    });
  };
})();
