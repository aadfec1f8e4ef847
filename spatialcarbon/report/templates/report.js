(function () {
  "use strict";
  var words = JSON.parse(document.getElementById("report-words").textContent);
  var language = document.documentElement.lang;
  // Chinese by pinyin, figures inside words by their value.
  var collator = new Intl.Collator(language === "zh-CN" ? "zh-CN-u-co-pinyin" : "en", { numeric: true });

  function number(shown) {
    var plain = shown.replace(/[,\s\u00a0]/g, "").replace(/\u2212/g, "-");
    return plain === "" || plain === "\u2013" ? NaN : Number(plain);
  }
  function missing(shown) {
    return shown === "" || shown === "\u2013";
  }
  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }

  function makeTable(table) {
    var body = table.tBodies[0];
    var original = Array.prototype.slice.call(body.rows);
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    var tools = document.createElement("div");
    var status = document.createElement("output");
    tools.className = "tools";

    function order(column, direction) {
      var numeric = heads[column].classList.contains("n");
      var rows = original.slice();
      if (direction) {
        rows.sort(function (first, second) {
          var a = first.cells[column].textContent.trim();
          var b = second.cells[column].textContent.trim();
          if (missing(a) || missing(b)) { return missing(a) - missing(b); }
          return direction * (numeric ? number(a) - number(b) : collator.compare(a, b));
        });
      }
      rows.forEach(function (row) { body.appendChild(row); });
    }

    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      head.setAttribute("aria-sort", "none");
      button.title = words.sort;
      button.addEventListener("click", function () {
        var now = head.getAttribute("aria-sort");
        var next = now === "none" ? "ascending" : now === "ascending" ? "descending" : "none";
        heads.forEach(function (other) { other.setAttribute("aria-sort", "none"); });
        head.setAttribute("aria-sort", next);
        order(column, { ascending: 1, descending: -1, none: 0 }[next]);
      });
    });

    if (table.hasAttribute("data-long")) {
      var label = document.createElement("label");
      var input = document.createElement("input");
      input.type = "search";
      input.autocomplete = "off";
      label.append(words.filter, input);
      tools.appendChild(label);
      input.addEventListener("input", function () {
        var wanted = input.value.trim().toLowerCase();
        var left = 0;
        original.forEach(function (row) {
          row.hidden = wanted !== "" && row.textContent.toLowerCase().indexOf(wanted) < 0;
          if (!row.hidden) { left += 1; }
        });
        status.textContent = wanted ? fill(words.left, { n: left, total: original.length }) : "";
      });
    }

    // Cells that a spreadsheet would run as formulas get an apostrophe, as in the files.
    function cell(item, column) {
      var shown = item.textContent.trim();
      if (heads[column].classList.contains("n")) {
        return missing(shown) ? "" : isNaN(number(shown)) ? shown : shown.replace(/,/g, "").replace(/\u2212/g, "-");
      }
      shown = shown.replace(/\s+/g, " ");
      return /^[=+\-@]/.test(shown) ? "'" + shown : shown;
    }
    function asText() {
      var lines = [heads.map(function (head) { return head.textContent.trim(); })];
      Array.prototype.forEach.call(body.rows, function (row) {
        if (!row.hidden) { lines.push(Array.prototype.map.call(row.cells, cell)); }
      });
      return lines;
    }
    var copy = document.createElement("button");
    copy.type = "button";
    copy.textContent = words.copy;
    copy.addEventListener("click", function () {
      var lines = asText();
      var text = lines.map(function (line) { return line.join("\t"); }).join("\n");
      function done() { status.textContent = fill(words.copied, { n: lines.length - 1 }); }
      function byHand() {
        var area = document.createElement("textarea");
        area.value = text;
        area.className = "unseen";
        document.body.appendChild(area);
        area.select();
        var copied = document.execCommand("copy");
        area.remove();
        copy.focus();
        if (copied) { done(); } else { status.textContent = words.failed; }
      }
      // Pages opened from a folder may lack the clipboard of pages from the web.
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(text).then(done, byHand);
      } else { byHand(); }
    });
    tools.append(copy, status);
    table.parentElement.before(tools);
  }
  Array.prototype.forEach.call(document.querySelectorAll("table[data-sort]"), makeTable);

  var contents = document.querySelector(".contents");
  var wide = window.matchMedia("(min-width: 72rem)");
  var paper = window.matchMedia("print");
  function unfold() { contents.open = wide.matches || paper.matches; }
  wide.addEventListener("change", unfold);
  paper.addEventListener("change", unfold);
  window.addEventListener("beforeprint", function () { contents.open = true; });
  unfold();

  var links = {};
  Array.prototype.forEach.call(contents.querySelectorAll("a"), function (link) {
    links[link.getAttribute("href").slice(1)] = link;
    link.addEventListener("click", function () { if (!wide.matches) { contents.open = false; } });
  });
  var sections = Array.prototype.filter.call(document.querySelectorAll("main > section"), function (part) {
    return links[part.id];
  });
  var marked = null;
  function mark() {
    var line = window.innerHeight / 3;
    var now = sections[0];
    sections.forEach(function (part) { if (part.getBoundingClientRect().top <= line) { now = part; } });
    var end = document.documentElement;
    if (end.scrollTop > 0 && end.scrollTop + window.innerHeight >= end.scrollHeight - 2) {
      now = sections[sections.length - 1];
    }
    if (now === marked) { return; }
    if (marked) { links[marked.id].removeAttribute("aria-current"); }
    marked = now;
    var link = links[now.id];
    link.setAttribute("aria-current", "location");
    if (wide.matches) {
      var above = link.offsetTop - contents.offsetTop;
      if (above < contents.scrollTop || above > contents.scrollTop + contents.clientHeight - 60) {
        contents.scrollTop = above - contents.clientHeight / 2;
      }
    }
  }
  var waiting = false;
  window.addEventListener("scroll", function () {
    if (waiting) { return; }
    waiting = true;
    window.requestAnimationFrame(function () { waiting = false; mark(); });
  }, { passive: true });
  mark();

  // A link to something inside a folded table opens it.
  function reveal() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; }
  }
  window.addEventListener("hashchange", reveal);
  reveal();
})();
