(function () {
  "use strict";
  var root = document.getElementById("sc-map");
  if (!root) return;
  var data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  var words = data.words, count = data.names.length;
  var LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  var SVG = "http://www.w3.org/2000/svg";
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var FONT = getComputedStyle(root).fontFamily;

  // ---- small helpers: no markup is ever made from data ----
  function get(id) { return document.getElementById("scm-" + id); }
  function make(name, parent, text) {
    var node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }
  function draw(name, parent, attributes, text) {
    var node = document.createElementNS(SVG, name);
    for (var key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }
  function empty(node) { while (node.firstChild) node.removeChild(node.firstChild); }
  function fill(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function number(value) {
    if (value === null || value === undefined) return words["no data"];
    var size = Math.abs(value);
    var places = size ? Math.max(3 - Math.floor(Math.log10(size)), 0) : 0;
    var shown = size.toLocaleString(data.language, { maximumFractionDigits: Math.min(places, 20) });
    return (value < 0 && /[1-9]/.test(shown) ? "\u2212" : "") + shown;
  }
  function measured(value, unit) {
    var shown = number(value);
    if (value === null || !unit) return shown;
    return shown + (/^[%\u2030\u3400-\u9fff]/.test(unit) ? "" : "\u00a0") + unit;
  }
  function isolate(name) { return "\u2068" + name + "\u2069"; }

  // ---- outlines: arcs of small steps, each border once ----
  function unpack(letters) {
    var points = [], x = 0, y = 0, at = 0;
    function step() {
      var value = 0, unit = 1, digit;
      do {
        digit = LETTERS.indexOf(letters[at++]);
        value += (digit % 32) * unit;
        unit *= 32;
      } while (digit > 31);
      return value % 2 ? -(value + 1) / 2 : value / 2;
    }
    while (at < letters.length) { x += step(); y += step(); points.push([x, y]); }
    return points;
  }
  var arcs = data.arcs.split(".").map(unpack);
  function line(points) { return "M" + points.map(function (p) { return p.join(" "); }).join("L"); }
  function run(arc) { return arc < 0 ? arcs[~arc].slice().reverse() : arcs[arc]; }
  function area(rings) {
    return rings.map(function (ring) {
      var points = [];
      ring.forEach(function (arc) { points = points.concat(run(arc).slice(points.length ? 1 : 0)); });
      return line(points) + "Z";
    }).join("");
  }

  // The box of the main part of each place, and of each group: far islands would stretch them.
  var boxes = data.rings.map(function (rings) {
    return rings.map(function (ring) {
      var b = [Infinity, Infinity, -Infinity, -Infinity];
      ring.forEach(function (arc) { run(arc).forEach(function (p) { b = [Math.min(b[0], p[0]), Math.min(b[1], p[1]), Math.max(b[2], p[0]), Math.max(b[3], p[1])]; }); });
      return b;
    }).reduce(function (a, b) { return (b[2] - b[0]) * (b[3] - b[1]) > (a[2] - a[0]) * (a[3] - a[1]) ? b : a; });
  });
  var groupBoxes = data.groups.map(function (_, g) {
    return boxes.filter(function (_, i) { return data.group[i] === g; }).reduce(function (a, b) {
      return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
    });
  });

  // ---- state ----
  var theme = 0, when = 0, current = -1, byKeys = false, pins = [];
  var later = null, view = { x: 0, y: 0, w: data.width }, timer = null;
  function shown() { return data.themes[theme]; }
  function classOf(i) {
    var letter = shown().classes[when][i];
    return letter === "." ? -1 : LETTERS.indexOf(letter);
  }
  function colourOf(i) { var at = classOf(i); return at < 0 ? null : shown().legend[at][0]; }
  function said(i) {
    if (shown().values) return measured(shown().values[when][i], shown().unit);
    var at = classOf(i);
    return at < 0 ? words["no data"] : shown().legend[at][1];
  }
  function yearSaid() { var year = shown().years[when]; return year ? String(year) : ""; }
  function titleSaid() { return shown().title + (yearSaid() ? (data.language === "en" ? ", " : "，") + yearSaid() + (data.language === "en" ? "" : "年") : ""); }

  // ---- the map ----
  var svg = get("svg"), frame = svg.parentNode, tip = get("tip"), live = get("live");
  root.querySelector(".scm-controls").hidden = false;
  root.querySelector(".scm-body").hidden = false;
  var hatch = draw("pattern", draw("defs", svg), { id: "scm-hatch", patternUnits: "userSpaceOnUse" });
  var hatchBack = draw("rect", hatch, { fill: "#fff" });
  var hatchLine = draw("path", hatch, { stroke: "#8c8c8c", fill: "none" });
  if (data.land) draw("path", svg, { "class": "scm-land", d: data.land.split(".").map(function (r) { return line(unpack(r)) + "Z"; }).join("") });
  var places = data.rings.map(function (rings, i) {
    var path = draw("path", svg, { "class": "scm-place", d: area(rings) });
    path.dataset.i = i;
    return path;
  });
  data.groups.forEach(function (group) {
    draw("path", svg, { "class": "scm-group", d: group.arcs.map(function (arc) { return line(run(arc)); }).join("") });
  });
  var pinned = draw("g", svg), halo = draw("path", svg, { "class": "scm-halo" }), mark = draw("path", svg, { "class": "scm-mark" });
  var names = data.groups.map(function (group) { return draw("text", svg, { "class": "scm-name" }, group.name); });
  var scale = draw("g", svg), barBack = draw("path", scale, { "class": "scm-bar-back" }), bar = draw("path", scale, { "class": "scm-bar" }), barText = draw("text", scale, { "class": "scm-scale" });
  var finder = draw("g", svg, { "class": "scm-finder" });
  var paper = draw("rect", finder, { "class": "scm-paper", x: 0, y: 0, width: data.width, height: data.height });
  draw("path", finder, { "class": "scm-all-units", d: places.map(function (p) { return p.getAttribute("d"); }).join("") });
  var inset = draw("rect", finder, { "class": "scm-window" });

  function box() { return svg.getBoundingClientRect(); }
  function ratio() { return data.height / data.width; }
  function unitsPerPixel() { return view.w / Math.max(box().width, 1); }
  function lay() {
    var width = frame.clientWidth, most = Math.max(320, window.innerHeight * 0.75);
    frame.style.aspectRatio = String(1 / Math.min(Math.max(ratio(), 0.5), Math.max(most / Math.max(width, 1), 0.5)));
    look();
  }
  function frameRatio() { var b = box(); return b.width ? b.height / b.width : ratio(); }
  function whole() {
    var w = Math.max(data.width, data.height / frameRatio());
    return { x: (data.width - w) / 2, y: (data.height - w * frameRatio()) / 2, w: w };
  }
  function look() {
    var most = whole();
    view.w = Math.min(Math.max(view.w, most.w / 24), most.w);
    var h = view.w * frameRatio(), mostH = most.w * frameRatio();
    view.x = Math.min(Math.max(view.x, most.x), most.x + most.w - view.w);
    view.y = Math.min(Math.max(view.y, most.y), most.y + mostH - h);
    svg.setAttribute("viewBox", [view.x, view.y, view.w, h].map(function (v) { return v.toFixed(1); }).join(" "));
    var near = view.w < most.w * 0.98, u = unitsPerPixel();
    svg.classList.toggle("scm-near", near);
    get("out").disabled = get("all").disabled = !near;
    get("in").disabled = view.w <= most.w / 23.9;
    hatch.setAttribute("width", 6 * u); hatch.setAttribute("height", 6 * u);
    hatchBack.setAttribute("width", 6 * u); hatchBack.setAttribute("height", 6 * u);
    hatchLine.setAttribute("stroke-width", u);
    hatchLine.setAttribute("d", "M0 " + 6 * u + "L" + 6 * u + " 0M" + -u + " " + u + "L" + u + " " + -u + "M" + 5 * u + " " + 7 * u + "L" + 7 * u + " " + 5 * u);
    find(near, h, u);
    rule(h, u);
    // Many names take a while to place: they follow when the map stands still.
    clearTimeout(later);
    if (count * data.groups.length < 2000) label(near, h, u);
    else later = setTimeout(function () { label(near, h, u); }, 80);
  }
  function find(near, h, u) {
    finder.setAttribute("display", near ? "" : "none");
    if (!near) return;
    var size = Math.min(110 * u / data.width, 110 * u / data.height);
    finder.setAttribute("transform", "translate(" + (view.x + view.w - size * data.width - 8 * u) + " " + (view.y + h - size * data.height - 8 * u) + ") scale(" + size + ")");
    var x = Math.max(view.x, 0), y = Math.max(view.y, 0);
    inset.setAttribute("x", x); inset.setAttribute("y", y);
    inset.setAttribute("width", Math.max(Math.min(view.x + view.w, data.width) - x, 0));
    inset.setAttribute("height", Math.max(Math.min(view.y + h, data.height) - y, 0));
  }
  function rule(h, u) {
    var room = Math.min(130, box().width / 4) * u * data.km, power = Math.pow(10, Math.floor(Math.log10(room)));
    var km = [5, 2, 1].map(function (n) { return n * power; }).filter(function (n) { return n <= room; })[0];
    var long = km / data.km, x = view.x + 12 * u, y = view.y + h - 12 * u;
    var d = "M" + x + " " + (y - 5 * u) + "V" + y + "H" + (x + long) + "V" + (y - 5 * u);
    bar.setAttribute("d", d); barBack.setAttribute("d", d);
    barText.textContent = number(km) + "\u00a0km";
    write(barText, x + long / 2, y - 8 * u, 12, u);
  }
  function write(node, x, y, size, u) {
    node.setAttribute("x", x); node.setAttribute("y", y);
    node.setAttribute("font-size", size * u); node.setAttribute("stroke-width", 3.5 * u);
  }
  // Names of groups stand beside their places, where they cover as little as possible.
  var ruler = document.createElement("canvas").getContext("2d");
  function overlap(a, b) { return Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1])); }
  function gap(a, p) { return Math.hypot(Math.max(0, a[0] - p[0], p[0] - a[2]), Math.max(0, a[1] - p[1], p[1] - a[3])); }
  var middles = data.groups.map(function (_, g) {
    var own = data.centres.filter(function (_, i) { return data.group[i] === g; });
    return [0, 1].map(function (axis) { return own.reduce(function (sum, c) { return sum + c[axis]; }, 0) / own.length; });
  });
  var edges = data.groups.map(function (group, g) {
    var points = [], b = groupBoxes[g];
    group.arcs.forEach(function (arc) { points = points.concat(run(arc)); });
    points = points.filter(function (p) { return p[0] >= b[0] && p[0] <= b[2] && p[1] >= b[1] && p[1] <= b[3]; });
    var every = Math.ceil(points.length / 150);
    return points.filter(function (_, at) { return at % every === 0; });
  });
  function label(near, h, u) {
    var right = view.x + view.w, foot = view.y + h;
    var taken = [[view.x, foot - 40 * u, view.x + 160 * u, foot], [right - 50 * u, view.y, right, view.y + 120 * u]];
    if (near) taken.push([right - 125 * u, foot - 125 * u, right, foot]);
    ruler.font = "600 13px " + FONT;
    data.groups.forEach(function (group, g) {
      var b = groupBoxes[g], half = ruler.measureText(group.name).width / 2 * u + 3 * u, tall = 16 * u, best = null;
      for (var across = 0; across <= 12; across++) for (var down = 0; down <= 12; down++) {
        var x = b[0] - half + (b[2] - b[0] + 2 * half) * across / 12, y = b[1] - 4 * u + (b[3] - b[1] + tall + 8 * u) * down / 12;
        if (x < view.x + half || x > right - half || y < view.y + tall || y > foot - 4 * u) continue;
        var here = [x - half, y - tall, x + half, y + 3 * u], size = 2 * half * tall, cost = 0, away = Infinity;
        for (var t = 0; t < taken.length; t++) if (overlap(here, taken[t])) cost = Infinity;
        if (cost === Infinity) continue;
        for (var i = 0; i < count; i++) cost += overlap(here, boxes[i]) / size * (data.group[i] === g ? 1 : 3);
        edges[g].forEach(function (p) { away = Math.min(away, gap(here, p)); });
        if (away > 45 * u) continue;
        var closer = edges.some(function (edge, other) { return other !== g && edge.some(function (p) { return gap(here, p) < away; }); });
        cost += away / (30 * u) + (closer ? 2 : 0) + 1.5 * Math.hypot(x - middles[g][0], y - middles[g][1]) / Math.hypot(b[2] - b[0], b[3] - b[1]) + 0.3 * down / 12;
        if (!best || cost < best.cost) best = { cost: cost, x: x, y: y, here: here };
      }
      names[g].setAttribute("display", best ? "" : "none");
      if (!best) return;
      taken.push([best.here[0] - 6 * u, best.here[1] - 6 * u, best.here[2] + 6 * u, best.here[3] + 6 * u]);
      write(names[g], best.x, best.y, 13, u);
    });
  }
  function zoom(factor, x, y) {
    var h = view.w * frameRatio(), most = whole();
    var cx = x === undefined ? view.x + view.w / 2 : x, cy = y === undefined ? view.y + h / 2 : y;
    var w = Math.min(Math.max(view.w / factor, most.w / 24), most.w), part = w / view.w;
    view = { x: cx - (cx - view.x) * part, y: cy - (cy - view.y) * part, w: w };
    look();
  }
  function frameBox(b) {
    var w = Math.max((b[2] - b[0]) * 1.2, (b[3] - b[1]) * 1.2 / frameRatio());
    view = { x: (b[0] + b[2]) / 2 - w / 2, y: (b[1] + b[3]) / 2 - w * frameRatio() / 2, w: w };
    look();
  }
  function reset() { view = whole(); look(); if (get("go")) get("go").value = ""; }

  // ---- pointing at a place ----
  function tell(i) {
    var rows = [[isolate(data.names[i]), "b"], [said(i), "value"]];
    shown().details.forEach(function (detail) { rows.push([detail.title + (data.language === "en" ? ": " : "：") + number(detail.values[when][i]), "minor"]); });
    if (data.group.length && data.group[i] >= 0) rows.push([data.groups[data.group[i]].name, "minor"]);
    return rows;
  }
  function point(i, x, y) {
    current = i;
    var outline = i < 0 ? "" : places[i].getAttribute("d");
    halo.setAttribute("d", outline); mark.setAttribute("d", outline);
    ring(i);
    if (i < 0) { tip.hidden = true; return; }
    empty(tip);
    tell(i).forEach(function (row) {
      var node = make(row[1] === "b" ? "b" : "span", tip, row[0]);
      node.className = "scm-" + row[1];
    });
    tip.hidden = false;
    if (x === undefined) {
      var b = box(), u = unitsPerPixel();
      x = b.left + (data.centres[i][0] - view.x) / u; y = b.top + (data.centres[i][1] - view.y) / u;
    }
    place(x, y);
  }
  function place(x, y) {
    var w = tip.offsetWidth, h = tip.offsetHeight, W = document.documentElement.clientWidth, H = window.innerHeight;
    var left = x + 16 + w > W - 8 ? x - 16 - w : x + 16, top = y + 16 + h > H - 8 ? y - 16 - h : y + 16;
    tip.style.left = Math.min(Math.max(8, left), Math.max(8, W - 8 - w)) + "px";
    tip.style.top = Math.min(Math.max(8, top), Math.max(8, H - 8 - h)) + "px";
  }
  function announce(i) { live.textContent = tell(i).map(function (row) { return row[0]; }).join(data.language === "en" ? ", " : "，"); }
  function come(i) {
    byKeys = true;
    var c = data.centres[i], h = view.w * frameRatio(), edge = view.w * 0.06;
    if (c[0] < view.x + edge || c[0] > view.x + view.w - edge || c[1] < view.y + edge || c[1] > view.y + h - edge) {
      view.x = c[0] - view.w / 2; view.y = c[1] - h / 2; look();
    }
    point(i); announce(i);
  }

  // ---- kept places ----
  function keep(i) {
    var at = pins.indexOf(i);
    if (at < 0) { pins.push(i); if (pins.length > 8) pins.shift(); } else pins.splice(at, 1);
    pinList();
  }
  function pinList() {
    empty(pinned);
    pins.forEach(function (i) { draw("path", pinned, { "class": "scm-pin", d: places[i].getAttribute("d") }); });
    dots.forEach(function (dot, i) { if (dot) dot.classList.toggle("scm-pinned", pins.indexOf(i) >= 0); });
    var list = get("pins").querySelector("ul");
    empty(list);
    get("pins").hidden = !pins.length;
    pins.forEach(function (i) {
      var item = make("li", list), name = make("span", item);
      make("b", name, isolate(data.names[i])); name.appendChild(document.createTextNode(said(i)));
      if (shown().values && shown().years.length > 2) spark(item, i);
      var button = make("button", item, "\u00d7");
      button.type = "button";
      button.setAttribute("aria-label", fill(words["Let go of {name}"], { name: data.names[i] }));
      button.addEventListener("click", function () { keep(i); svg.focus({ preventScroll: true }); });
      item.addEventListener("pointerenter", function () { point(i); tip.hidden = true; });
      item.addEventListener("pointerleave", function () { point(-1); });
    });
  }
  function spark(parent, i) {
    var years = shown().years, values = shown().values.map(function (column) { return column[i]; });
    var known = values.filter(function (v) { return v !== null; });
    if (known.length < 2) return;
    var low = Math.min.apply(null, known), high = Math.max.apply(null, known), reach = high - low || 1;
    var picture = draw("svg", parent, { viewBox: "0 0 92 26", "aria-hidden": "true" });
    function x(t) { return 3 + 86 * (years[t] - years[0]) / (years[years.length - 1] - years[0]); }
    function y(v) { return 23 - 20 * (v - low) / reach; }
    var part = [];
    values.concat([null]).forEach(function (v, t) {
      if (v !== null) part.push(x(t).toFixed(1) + "," + y(v).toFixed(1));
      else { if (part.length) draw("polyline", picture, { points: part.join(" ") }); part = []; }
    });
    if (values[when] !== null) draw("circle", picture, { cx: x(when), cy: y(values[when]), r: 3 });
  }

  // ---- legend ----
  function swatch(parent, colour) {
    var picture = draw("svg", parent, { viewBox: "0 0 27 16", "aria-hidden": "true" });
    draw("rect", picture, { x: 0.5, y: 0.5, width: 26, height: 15, fill: colour || "#fff" });
    if (!colour) for (var x = -10; x < 27; x += 6) draw("path", picture, { d: "M" + Math.max(x, 1) + " " + (x < 1 ? 15 + x : 15) + "L" + Math.min(x + 14, 26) + " " + (x > 12 ? x - 11 : 1), stroke: "#8c8c8c" });
  }
  function legend() {
    var list = get("legend"), counts = shown().legend.map(function () { return 0; }), none = 0;
    for (var i = 0; i < count; i++) { var at = classOf(i); if (at < 0) none++; else counts[at]++; }
    get("unit").textContent = shown().unit || shown().title;
    empty(list);
    var graded = !!shown().values;
    shown().legend.forEach(function (entry, at) { if (graded || counts[at] || counts.length <= 8) row(entry[0], entry[1], counts[at]); });
    if (none) row(null, words["no data"], none);
    function row(colour, text, n) {
      var item = make("li", list);
      swatch(item, colour);
      make("span", item, text);
      make("span", item, number(n));
    }
  }

  // ---- Moran scatter plot ----
  var plot = get("plot"), dots = [], ringBack = null, ringMark = null;
  var L = 44, T = 8, R = 312, B = 228;
  function scatter() {
    dots = [];
    if (!plot) return;
    var part = shown().scatters[when];
    get("scatter").hidden = !part;
    empty(plot);
    if (!part) return;
    // One pair of axes for all years, so that dots can be followed.
    var reach = { x: [-1, 1], y: [-1, 1] };
    shown().scatters.forEach(function (other) {
      if (other) ["x", "y"].forEach(function (axis) { other[axis].forEach(function (z) { reach[axis] = [Math.min(reach[axis][0], z / 1000), Math.max(reach[axis][1], z / 1000)]; }); });
    });
    ["x", "y"].forEach(function (axis) { var pad = (reach[axis][1] - reach[axis][0]) * 0.06; reach[axis] = [Math.min(reach[axis][0] - pad, -0.35 * reach[axis][1]), Math.max(reach[axis][1] + pad, -0.35 * reach[axis][0])]; });
    function X(z) { return L + (z - reach.x[0]) / (reach.x[1] - reach.x[0]) * (R - L); }
    function Y(z) { return B - (z - reach.y[0]) / (reach.y[1] - reach.y[0]) * (B - T); }
    [["High-High", 1, 1, "#d7191c"], ["Low-High", -1, 1, "#abd9e9"], ["Low-Low", -1, -1, "#2c7bb6"], ["High-Low", 1, -1, "#f7a8a0"]].forEach(function (q) {
      draw("rect", plot, { x: q[1] > 0 ? X(0) : L, y: q[2] > 0 ? T : Y(0), width: q[1] > 0 ? R - X(0) : X(0) - L, height: q[2] > 0 ? Y(0) - T : B - Y(0), fill: q[3], "fill-opacity": 0.09 });
      draw("text", plot, { x: q[1] > 0 ? R - 4 : L + 4, y: q[2] > 0 ? T + 12 : B - 5, "text-anchor": q[1] > 0 ? "end" : "start" }, words[q[0]]);
    });
    draw("path", plot, { "class": "scm-zero", d: "M" + L + " " + Y(0) + "H" + R + "M" + X(0) + " " + T + "V" + B });
    draw("path", plot, { "class": "scm-axis", d: "M" + L + " " + T + "V" + B + "H" + R });
    ticks(reach.x).forEach(function (z) { draw("text", plot, { x: X(z), y: B + 13, "text-anchor": "middle" }, number(z)); draw("path", plot, { "class": "scm-axis", d: "M" + X(z) + " " + B + "v3" }); });
    ticks(reach.y).forEach(function (z) { draw("text", plot, { x: L - 6, y: Y(z) + 3.5, "text-anchor": "end" }, number(z)); draw("path", plot, { "class": "scm-axis", d: "M" + L + " " + Y(z) + "h-3" }); });
    draw("text", plot, { x: (L + R) / 2, y: B + 32, "text-anchor": "middle" }, words["Own value, standardised (z)"]);
    draw("text", plot, { transform: "translate(11 " + (T + B) / 2 + ") rotate(-90)", "text-anchor": "middle" }, words["Mean of the neighbours (Wz)"]);
    var known = part.y.filter(function (z) { return z !== null; }), mean = known.reduce(function (a, b) { return a + b; }, 0) / known.length / 1000;
    var ends = reach.x.map(function (z) { // where the line leaves the frame, across or up
      var y = Math.min(Math.max(mean + part.i * z, reach.y[0]), reach.y[1]);
      return part.i ? (y - mean) / part.i : z;
    });
    draw("path", plot, { "class": "scm-slope", d: "M" + X(ends[0]) + " " + Y(mean + part.i * ends[0]) + "L" + X(ends[1]) + " " + Y(mean + part.i * ends[1]) });
    dots = part.x.map(function (z, i) {
      if (z === null) return null;
      var dot = draw("circle", plot, { "class": "scm-dot", cx: X(z / 1000).toFixed(1), cy: Y(part.y[i] / 1000).toFixed(1), r: count > 200 ? 3 : 4, fill: colourOf(i) || "#fff" });
      dot.dataset.i = i;
      return dot;
    });
    ringBack = draw("circle", plot, { "class": "scm-ring-back", r: 6, display: "none" });
    ringMark = draw("circle", plot, { "class": "scm-ring", r: 6, display: "none" });
    var p = part.p, sentence = p === null ? "Moran's I = {value}" : p < 0.001 ? "Moran's I = {value} (p < {p})" : "Moran's I = {value} (p = {p})";
    get("i").textContent = fill(words[sentence], { value: number(part.i), p: p !== null && p < 0.001 ? "0.001" : number(p) });
  }
  function ticks(ends) {
    var step = [0.5, 1, 2, 5, 10].filter(function (s) { return (ends[1] - ends[0]) / s <= 6; })[0] || 20, made = [];
    for (var z = Math.ceil(ends[0] / step) * step; z <= ends[1]; z += step) made.push(z);
    return made;
  }
  function ring(i) {
    var dot = i >= 0 ? dots[i] : null;
    [ringBack, ringMark].forEach(function (node) {
      if (!node) return;
      node.setAttribute("display", dot ? "" : "none");
      if (dot) { node.setAttribute("cx", dot.getAttribute("cx")); node.setAttribute("cy", dot.getAttribute("cy")); }
    });
  }
  function nearest(event) {
    var inverse = plot.getScreenCTM().inverse(), x = event.clientX * inverse.a + inverse.e, y = event.clientY * inverse.d + inverse.f, best = -1, least = 144;
    dots.forEach(function (dot, i) {
      if (!dot) return;
      var d = Math.pow(dot.getAttribute("cx") - x, 2) + Math.pow(dot.getAttribute("cy") - y, 2);
      if (d < least) { least = d; best = i; }
    });
    return best;
  }

  // ---- the table ----
  function table() {
    var holder = get("table").querySelector("div");
    empty(holder);
    if (!get("table").open) return;
    var whole = make("table", holder), head = make("tr", make("thead", whole)), body = make("tbody", whole);
    var graded = !!shown().values, valueHead = graded && shown().unit ? shown().unit : words.Value;
    [words.Name].concat(data.groups.length ? [words.Group] : [], [valueHead], shown().details.map(function (d) { return d.title; })).forEach(function (text, at) {
      var cell = make("th", head, text);
      cell.scope = "col";
      if (at >= (data.groups.length ? 2 : 1) + (graded ? 0 : 1)) cell.className = "n";
    });
    data.names.forEach(function (name, i) {
      var row = make("tr", body), first = make("th", row, isolate(name));
      first.scope = "row";
      if (data.groups.length) make("td", row, data.group[i] < 0 ? "–" : data.groups[data.group[i]].name);
      var cell = make("td", row, graded ? number(shown().values[when][i]) : said(i));
      if (graded) cell.className = "n";
      shown().details.forEach(function (detail) { make("td", row, number(detail.values[when][i])).className = "n"; });
    });
  }

  // ---- choosing theme and year ----
  var select = get("theme"), slider = get("year"), play = get("play");
  function paint() {
    places.forEach(function (path, i) { path.setAttribute("fill", colourOf(i) || "url(#scm-hatch)"); });
    get("title").textContent = titleSaid();
    if (slider) {
      slider.value = when;
      slider.setAttribute("aria-valuetext", yearSaid());
      get("year-now").textContent = yearSaid();
    }
    legend(); scatter(); pinList(); table();
    if (current >= 0) { ring(current); if (!tip.hidden) point(current, tip.dataset.x ? +tip.dataset.x : undefined, +tip.dataset.y); if (byKeys) announce(current); }
  }
  function choose(index) {
    var year = shown().years[when], start = theme === index && !index;
    theme = index;
    var years = shown().years, best = years.length - 1;
    if (!start) years.forEach(function (other, t) { if (Math.abs(other - year) < Math.abs(years[best] - year)) best = t; });
    when = best;
    if (slider) {
      slider.max = years.length - 1;
      slider.closest(".scm-year").hidden = years.length < 2;
    }
    halt(); paint();
  }
  function halt() {
    if (timer) clearInterval(timer);
    timer = null;
    if (play) { play.classList.remove("scm-on"); play.setAttribute("aria-label", words["Play the years"]); }
  }
  function start() {
    if (when === shown().years.length - 1) { when = 0; paint(); }
    play.classList.add("scm-on"); play.setAttribute("aria-label", words.Stop);
    timer = setInterval(function () {
      if (when >= shown().years.length - 1) { halt(); return; }
      when++; paint();
    }, calm ? 1600 : 800);
  }
  var section = null, parent = select;
  data.themes.forEach(function (item, index) {
    if (item.heading !== section) {
      section = item.heading;
      parent = section ? make("optgroup", select) : select;
      if (section) parent.label = section;
    }
    make("option", parent, item.title).value = index;
  });
  select.addEventListener("change", function () { choose(+select.value); });
  if (slider) slider.addEventListener("input", function () { halt(); when = +slider.value; paint(); });
  if (play) play.addEventListener("click", function () { if (timer) halt(); else start(); });
  if (get("go")) {
    make("option", get("go"), words["Whole map"]).value = "";
    data.groups.forEach(function (group, g) { make("option", get("go"), group.name).value = g; });
    get("go").addEventListener("change", function () { if (this.value === "") reset(); else frameBox(groupBoxes[+this.value]); });
  }
  data.names.forEach(function (name) { make("option", get("names")).value = name; });
  get("find").addEventListener("change", function () {
    var asked = this.value.trim().toLowerCase();
    if (!asked) return;
    var lower = data.names.map(function (name) { return name.toLowerCase(); });
    var i = lower.indexOf(asked);
    if (i < 0) i = lower.findIndex(function (name) { return name.indexOf(asked) === 0; });
    if (i < 0) i = lower.findIndex(function (name) { return name.indexOf(asked) > 0; });
    if (i < 0) { live.textContent = words["No place of this name"]; this.setCustomValidity(words["No place of this name"]); this.reportValidity(); return; }
    if (pins.indexOf(i) < 0) keep(i);
    come(i);
  });
  get("find").addEventListener("input", function () { this.setCustomValidity(""); });
  get("clear").addEventListener("click", function () { pins = []; pinList(); svg.focus({ preventScroll: true }); });
  get("table").addEventListener("toggle", table);

  // ---- pointer, wheel, keys ----
  var fingers = {}, moved = false, spread = 0;
  function at(event) { var b = box(), u = unitsPerPixel(); return [view.x + (event.clientX - b.left) * u, view.y + (event.clientY - b.top) * u]; }
  function numbered(i) { return i === undefined ? -1 : +i; }
  function show(i, event) { byKeys = false; tip.dataset.x = event.clientX; tip.dataset.y = event.clientY; point(i, event.clientX, event.clientY); }
  function away() { delete tip.dataset.x; point(-1); }
  svg.addEventListener("pointerdown", function (event) {
    fingers[event.pointerId] = [event.clientX, event.clientY];
    moved = false; spread = 0;
  });
  svg.addEventListener("pointermove", function (event) {
    var before = fingers[event.pointerId], ids = Object.keys(fingers);
    if (!before) { show(numbered(event.target.dataset.i), event); return; }
    var dx = event.clientX - before[0], dy = event.clientY - before[1];
    if (ids.length === 2) {
      fingers[event.pointerId] = [event.clientX, event.clientY];
      var a = fingers[ids[0]], b = fingers[ids[1]], now = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (spread) { var c = at({ clientX: (a[0] + b[0]) / 2, clientY: (a[1] + b[1]) / 2 }); zoom(now / spread, c[0], c[1]); }
      spread = now; moved = true;
    } else if (svg.classList.contains("scm-near") && (moved || Math.hypot(dx, dy) > 4)) {
      if (!moved) { svg.setPointerCapture(event.pointerId); svg.classList.add("scm-drag"); away(); }
      moved = true;
      fingers[event.pointerId] = [event.clientX, event.clientY];
      view.x -= dx * unitsPerPixel(); view.y -= dy * unitsPerPixel(); look();
    }
  });
  function lift(event) { delete fingers[event.pointerId]; spread = 0; svg.classList.remove("scm-drag"); }
  svg.addEventListener("pointerup", lift);
  svg.addEventListener("pointercancel", lift);
  svg.addEventListener("pointerleave", function (event) { if (!fingers[event.pointerId] && event.pointerType !== "touch") away(); });
  svg.addEventListener("click", function (event) {
    var i = numbered(event.target.dataset.i);
    if (moved) { moved = false; return; }
    if (i >= 0) keep(i);
    show(i, event);
  });
  svg.addEventListener("wheel", function (event) {
    // Someone who scrolls past the map is not to be caught in it.
    if (document.activeElement !== svg && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    var c = at(event);
    zoom(Math.pow(2, -Math.max(Math.min(event.deltaY, 240), -240) / 300), c[0], c[1]);
  }, { passive: false });
  svg.addEventListener("keydown", function (event) {
    var way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (way) {
      var from = current >= 0 ? data.centres[current] : [view.x + view.w / 2, view.y + view.w * frameRatio() / 2], best = -1, least = Infinity;
      data.centres.forEach(function (c, i) {
        if (i === current) return;
        var dx = c[0] - from[0], dy = c[1] - from[1], along = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
        var cost = current < 0 ? Math.hypot(dx, dy) : along > 0 ? along + 2 * aside : Infinity;
        if (cost < least) { least = cost; best = i; }
      });
      if (best >= 0) { delete tip.dataset.x; come(best); }
    } else if ((event.key === "Enter" || event.key === " ") && current >= 0) keep(current);
    else if (event.key === "Escape") away();
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") reset();
    else return;
    event.preventDefault();
  });
  svg.addEventListener("blur", function () { if (byKeys) away(); });
  window.addEventListener("scroll", function () { if (!tip.hidden) tip.hidden = true; }, { passive: true });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape" && !tip.hidden) away(); });
  document.addEventListener("pointerdown", function (event) { if (!root.contains(event.target)) away(); });
  if (plot) {
    plot.addEventListener("pointermove", function (event) { show(nearest(event), event); });
    plot.addEventListener("pointerleave", away);
    plot.addEventListener("click", function (event) { var i = nearest(event); if (i >= 0) keep(i); });
  }
  get("in").addEventListener("click", function () { zoom(1.6); });
  get("out").addEventListener("click", function () { zoom(1 / 1.6); });
  get("all").addEventListener("click", reset);
  if (window.ResizeObserver) new ResizeObserver(lay).observe(frame.parentNode);
  window.addEventListener("resize", lay);
  lay();
  view = whole();
  look();
  choose(0);
  root.dataset.ready = "yes";
}());
