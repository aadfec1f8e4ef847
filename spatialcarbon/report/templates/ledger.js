(function () {
  "use strict";
  var root = document.getElementById("ledger");
  var form = root.querySelector("form");
  var body = root.querySelector(".ledger-rows tbody");
  var rows = Array.prototype.slice.call(body.rows);
  var output = root.querySelector("output");
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });

  function filter() {
    var words = form.words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row, at) {
      var kept = ["study", "table", "verdict"].every(function (key) {
        return !form[key].value || row.dataset[key] === form[key].value;
      }) && words.every(function (word) { return texts[at].indexOf(word) >= 0; });
      row.hidden = !kept;
      shown += kept ? 1 : 0;
    });
    output.textContent = output.dataset.words.replace("{n}", shown).replace("{m}", rows.length);
  }

  function sort(column, cell) {
    var down = cell.getAttribute("aria-sort") === "ascending";
    var sign = down ? -1 : 1;
    root.querySelectorAll(".ledger-rows th").forEach(function (th) { th.removeAttribute("aria-sort"); });
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    var keyed = rows.map(function (row, at) {
      var td = row.cells[column];
      return { row: row, at: at, key: "sort" in td.dataset ? td.dataset.sort : td.textContent, number: "sort" in td.dataset };
    });
    keyed.sort(function (a, b) {
      if (a.number) {
        if (a.key === "" || b.key === "") { return (a.key === "") - (b.key === "") || a.at - b.at; }
        return sign * (Number(a.key) - Number(b.key)) || a.at - b.at;
      }
      return sign * a.key.localeCompare(b.key, document.documentElement.lang || undefined) || a.at - b.at;
    });
    keyed.forEach(function (item) { body.appendChild(item.row); });
  }

  // A page that links here can choose: ?study=004&table=Table+5&verdict=inconsistent
  new URLSearchParams(window.location.search).forEach(function (value, key) {
    var field = form.elements.namedItem(key);
    if (!field) { return; }
    field.value = value;
    if (field.selectedIndex === -1) { field.selectedIndex = 0; }
  });
  form.addEventListener("input", filter);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  root.querySelectorAll(".ledger-rows thead button").forEach(function (button) {
    button.addEventListener("click", function () { sort(Number(button.dataset.column), button.parentNode); });
  });
  filter();
})();
