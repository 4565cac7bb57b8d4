(() => {
  "use strict";
  const SEVERITIES = ["Reject", "Error", "Warning", "Notice"];
  const PAGE_SIZES = [50, 100, 250];
  const PRINT_LIMIT = 2000;
  const LONG_TEXT = 300, LONG_TEXT_START = 120;
  const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]/gu;
  const NAMED = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const FACETS = [["dataset", "Form or dataset"], ["kind", "Kind"], ["stage", "Stage"], ["variable", "Variable"],
    ["rule", "Rule"], ["site", "Site"], ["subject", "Subject"], ["status", "Since last run"]];
  const NONE = { site: "no site known", subject: "no subject", variable: "no variable", status: "none" };
  const natural = new Intl.Collator("en", { numeric: true });
  const number = (value) => value.toLocaleString("en");

  // A step of an ODM path: the entity's OID (or key), its repeat key and, among equals, its number.
  const STEP = `/\\w+(?:\\[@\\w+=(?:'([^']*)'|"([^"]*)")\\](?:\\[@\\w+=(?:'([^']*)'|"([^"]*)")\\])?(?:\\[(\\d+)\\])?)?`;
  const STEPS = new RegExp(STEP, "g"), PATH = new RegExp(`^(?:${STEP})+$`);

  function pathText(path) {
    if (!PATH.test(path)) return path;
    const steps = [...path.matchAll(STEPS)].filter(([, a, b]) => a || b)
      .map(([, a, b, c, d, nth]) => (a || b) + (c || d ? ` #${c || d}` : "") + (nth ? ` (${nth})` : ""));
    return steps.join(" › ") || path;
  }

  const visible = (text) => text.replace(HIDDEN, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return NAMED[character] || (code.length < 3 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`);
  });

  // What a rule has made of several variables ($min_ds_dsstdtc) as words.
  const valueName = (name) => visible(name.startsWith("$") ? `computed ${name.slice(1).replaceAll("_", " ")}` : name);

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // Characters as a person (and Python) counts them: an emoji is one.
  function long(text, kind = "") {
    const shown = kind === "tb-lines" ? text.replaceAll("\r\n", "\n").split("\n").map(visible).join("\n") : visible(text);
    const characters = shown.length > LONG_TEXT ? [...shown] : [];
    if (characters.length <= LONG_TEXT) return element("span", { class: kind }, shown);
    return element("details", { class: "tb-long" },
      element("summary", {},
        element("span", { class: kind }, characters.slice(0, LONG_TEXT_START).join("") + "…"), " ",
        element("span", { class: "tb-muted tb-small" }, `all ${number(characters.length)} characters`)),
      element("span", { class: kind }, shown));
  }

  // The findings as they were embedded: rows of numbers that point into one list of texts.
  class Findings {
    constructor(payload) {
      this.strings = payload.strings;
      this.rows = payload.findings;
      this.at = Object.fromEntries(payload.fields.map((name, index) => [name, index]));
      this.keys = new Map();
    }

    get length() { return this.rows.length; }
    text(index) { return index < 0 ? null : this.strings[index]; }
    cell(row, field) { return this.rows[row][this.at[field]]; }

    // The indexes of the texts by which a finding belongs to a facet; -1 stands for "none".
    members(row, facet) {
      if (facet !== "variable") return [this.cell(row, facet)];
      const names = this.cell(row, "mend");
      return names.length ? names : [-1];
    }

    numbers(row) {
      const at = this.at, cells = this.rows[row], found = [];
      for (const field of ["rule", "severity", "stage", "dataset", "subject", "message", "query", "status", "explanation", "answer", "site", "reading"]) {
        found.push(cells[at[field]]);
      }
      found.push(...cells[at.cites], ...cells[at.variables], ...cells[at.values]);
      for (const [role, file, sheet, , columns, ...path] of cells[at.origins]) found.push(role, file, sheet, ...columns, ...path);
      return found;
    }

    // Each word must stand in some text of the finding, or in its id: the texts are searched once, not once a finding.
    matching(query) {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      const tests = words.map((word) => ({ word, hits: this.strings.map((text) => text.toLowerCase().includes(word)) }));
      return (row) => {
        if (!tests.length) return true;
        const numbers = this.numbers(row), id = this.cell(row, "id");
        return tests.every(({ word, hits }) => id.includes(word) || numbers.some((index) => index >= 0 && hits[index]));
      };
    }

    // One number a finding by which a column sorts; texts by their natural order (visit 2 before visit 10).
    sortKeys(column) {
      if (!this.keys.has(column)) this.keys.set(column, this.makeKeys(column));
      return this.keys.get(column);
    }

    makeKeys(column) {
      const first = {
        severity: (row) => this.cell(row, "severity"), rule: (row) => this.cell(row, "rule"),
        where: (row) => this.cell(row, "dataset"), subject: (row) => this.cell(row, "subject"),
        origin: (row) => (this.cell(row, "origins")[0] || [0, -1])[1], message: (row) => this.cell(row, "message"),
        value: (row) => { const values = this.cell(row, "values"); return values.length ? values[1] : -1; },
      }[column];
      const second = {
        where: (row) => this.cell(row, "record") || 0,
        origin: (row) => (this.cell(row, "origins")[0] || [])[3] || 0,
      }[column] || (() => 0);
      const used = [...new Set(this.rows.map((_, row) => first(row)))];
      const order = column === "severity"
        ? (a, b) => SEVERITIES.indexOf(this.text(a)) - SEVERITIES.indexOf(this.text(b))
        : (a, b) => natural.compare(this.text(a) ?? "", this.text(b) ?? "");
      const ranks = new Map(used.sort(order).map((index, rank) => [index, rank]));
      return Float64Array.from(this.rows, (_, row) => ranks.get(first(row)) * 2 ** 31 + second(row));
    }
  }

  class Table {
    constructor(root) {
      this.root = root;
      this.found = new Findings(JSON.parse(root.querySelector(".tb-data").textContent));
      this.body = root.querySelector("tbody");
      this.state = { severity: new Set(), facets: {}, q: "", sort: "severity", page: 1, size: PAGE_SIZES[0] };
      this.selects = {};
      this.buildControls();
      this.buildHeads();
      this.pagers = [...root.querySelectorAll(".tb-pager")].map((place, index) => this.buildPager(place, index === 0));
      this.printNote = root.querySelector(".tb-print-note");
      window.addEventListener("hashchange", () => { if (this.readHash()) this.refresh(true); });
      window.addEventListener("beforeprint", () => this.draw(0, PRINT_LIMIT));
      window.addEventListener("afterprint", () => this.drawPage());
      const linked = this.readHash();
      this.refresh(false);
      if (linked) window.addEventListener("load", () => this.root.scrollIntoView());
    }

    buildControls() {
      const place = this.root.querySelector(".tb-controls");
      const levels = element("fieldset", { class: "tb-levels" }, element("legend", { class: "tb-visually-hidden" }, "Severity"));
      this.levels = new Map();
      const counts = this.count("severity");
      for (const name of SEVERITIES) {
        const total = counts.get(name) || 0;
        const box = element("input", { type: "checkbox", value: name });
        box.addEventListener("change", () => this.change(() => this.state.severity[box.checked ? "add" : "delete"](name)));
        this.levels.set(name, box);
        levels.append(element("label", {}, box,
          element("span", { class: `tb-severity tb-is-${name.toLowerCase()}` }, name), element("span", { class: "tb-muted" }, number(total))));
      }
      const facets = element("div", { class: "tb-facets" });
      this.search = element("input", { type: "search", placeholder: "message, value, subject, file, id …", autocomplete: "off" });
      let waiting;
      this.search.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.change(() => { this.state.q = this.search.value.trim(); }), 150);
      });
      facets.append(element("label", { class: "tb-search" }, "Search", this.search));
      for (const [name, label] of FACETS) {
        const options = [...this.count(name)].sort(([a], [b]) => natural.compare(a, b));
        const select = element("select", { name }, element("option", { value: "*" }, "all"));
        for (const [value, total] of options) {
          select.append(element("option", { value: "=" + value }, `${visible(value) || NONE[name] || "none"} (${number(total)})`));
        }
        select.addEventListener("change", () => this.change(() => {
          if (select.value === "*") delete this.state.facets[name];
          else this.state.facets[name] = select.value.slice(1);
        }));
        this.selects[name] = select;
        if (options.length > 1) facets.append(element("label", {}, label, select));
      }
      const clear = element("button", { type: "button" }, "Clear filters");
      clear.addEventListener("click", () => this.change(() => Object.assign(this.state, { severity: new Set(), facets: {}, q: "" })));
      facets.append(element("div", {}, clear));
      place.append(levels, facets);
      place.hidden = this.found.length === 0;
    }

    count(facet) {
      const counts = new Map();
      for (let row = 0; row < this.found.length; row += 1) {
        for (const index of new Set(this.found.members(row, facet))) counts.set(index, (counts.get(index) || 0) + 1);
      }
      return new Map([...counts].map(([index, total]) => [this.found.text(index) ?? "", total]));
    }

    buildHeads() {
      this.heads = new Map();
      for (const head of this.root.querySelectorAll("th[data-column]")) {
        const column = head.dataset.column;
        const button = element("button", { type: "button" }, head.textContent);
        button.addEventListener("click", () => this.change(() => {
          this.state.sort = this.state.sort === column ? "-" + column : column;
        }));
        head.dataset.label = head.textContent;
        head.replaceChildren(button);
        this.heads.set(column, head);
      }
    }

    buildPager(place, first) {
      const status = element("span", first ? { class: "tb-status", role: "status", "aria-live": "polite" } : { class: "tb-status" });
      const step = (label, name, go) => {
        const button = element("button", { type: "button", "aria-label": name }, label);
        button.addEventListener("click", () => { this.state.page = go(); this.drawPage(); this.writeHash(); });
        return button;
      };
      const back = [step("«", "First page", () => 1), step("‹ Previous", "Previous page", () => this.state.page - 1)];
      const on = [step("Next ›", "Next page", () => this.state.page + 1), step("»", "Last page", () => this.pages)];
      const size = element("select", { "aria-label": "Findings a page" },
        ...PAGE_SIZES.map((count) => element("option", { value: count }, `${count} a page`)));
      size.addEventListener("change", () => this.change(() => { this.state.size = Number(size.value); }));
      const where = element("span");
      place.append(status, ...back, where, ...on, size);
      place.hidden = this.found.length === 0;
      return { status, back, on, where, size };
    }

    change(mutate) {
      mutate();
      this.state.page = 1;
      this.refresh(false);
      this.writeHash();
    }

    // A link to a view: #severity=Error,Reject&dataset=AE&q=dose&sort=-rule&page=2, or #finding=ID.
    readHash() {
      const hash = location.hash.slice(1);
      if (!hash.includes("=")) return false;
      const wanted = new URLSearchParams(hash);
      const known = new Set(["severity", "q", "sort", "page", "size", "finding", ...FACETS.map(([name]) => name)]);
      if (![...wanted.keys()].some((key) => known.has(key))) return false;
      const state = this.state;
      state.severity = new Set((wanted.get("severity") || "").split(",").filter((name) => SEVERITIES.includes(name)));
      state.facets = Object.fromEntries(FACETS.filter(([name]) => wanted.has(name)).map(([name]) => [name, wanted.get(name)]));
      state.q = wanted.get("q") || wanted.get("finding") || "";
      const sort = wanted.get("sort") || "severity";
      state.sort = this.heads.has(sort.replace(/^-/, "")) ? sort : "severity";
      state.size = PAGE_SIZES.includes(Number(wanted.get("size"))) ? Number(wanted.get("size")) : PAGE_SIZES[0];
      state.page = Math.max(1, Number.parseInt(wanted.get("page"), 10) || 1);
      return true;
    }

    writeHash() {
      const { severity, facets, q, sort, page, size } = this.state;
      const view = new URLSearchParams();
      if (severity.size) view.set("severity", SEVERITIES.filter((name) => severity.has(name)).join(","));
      for (const [name, value] of Object.entries(facets)) view.set(name, value);
      if (q) view.set("q", q);
      if (sort !== "severity") view.set("sort", sort);
      if (size !== PAGE_SIZES[0]) view.set("size", size);
      if (page > 1) view.set("page", page);
      const text = view.toString();
      try { history.replaceState(null, "", text ? "#" + text : location.pathname + location.search); } catch { /* a sandboxed frame */ }
    }

    refresh(scroll) {
      const { severity, facets, q, sort } = this.state;
      const found = this.found, matches = found.matching(q);
      const chosen = Object.entries(facets);
      const order = [];
      for (let row = 0; row < found.length; row += 1) {
        if (severity.size && !severity.has(found.text(found.cell(row, "severity")))) continue;
        if (!chosen.every(([name, value]) => found.members(row, name).some((index) => (found.text(index) ?? "") === value))) continue;
        if (matches(row)) order.push(row);
      }
      const keys = found.sortKeys(sort.replace(/^-/, "")), way = sort.startsWith("-") ? -1 : 1;
      this.order = order.sort((a, b) => way * (keys[a] - keys[b]) || a - b);
      this.showState();
      this.drawPage();
      if (scroll) this.root.scrollIntoView();
    }

    showState() {
      const { severity, facets, q, sort } = this.state;
      for (const [name, box] of this.levels) box.checked = severity.has(name);
      for (const [name, select] of Object.entries(this.selects)) {
        select.value = name in facets ? "=" + facets[name] : "*";
      }
      if (this.search.value.trim() !== q) this.search.value = q;
      for (const [column, head] of this.heads) {
        const sorted = { [column]: "ascending", ["-" + column]: "descending" }[sort] || "none";
        head.setAttribute("aria-sort", sorted);
      }
    }

    get pages() { return Math.max(1, Math.ceil(this.order.length / this.state.size)); }

    drawPage() {
      const state = this.state;
      state.page = Math.min(Math.max(1, state.page), this.pages);
      const start = (state.page - 1) * state.size, end = Math.min(start + state.size, this.order.length);
      this.draw(start, end);
      const all = this.found.length, fit = this.order.length;
      const of = fit === all ? `${number(all)} findings` : `${number(fit)} of ${number(all)} findings`;
      for (const pager of this.pagers) {
        pager.status.textContent = fit ? `${of}, shown ${number(start + 1)}–${number(end)}` : of;
        pager.where.textContent = `page ${number(state.page)} of ${number(this.pages)}`;
        for (const button of pager.back) button.disabled = state.page === 1;
        for (const button of pager.on) button.disabled = state.page === this.pages;
        pager.size.value = state.size;
      }
      const filtered = location.hash.includes("=") ? ` Filters: ${decodeURIComponent(location.hash.slice(1).replaceAll("+", " "))}.` : "";
      const printed = Math.min(fit, PRINT_LIMIT);
      this.printNote.textContent = `Printed: ${printed === fit ? "all" : `the first ${number(printed)} of`} ${number(fit)} `
        + `findings that fit the filters; ${number(all)} in the run.${filtered} All findings are in ${this.root.dataset.where}.`;
    }

    draw(start, end) {
      this.body.replaceChildren(...this.order.slice(start, end).map((row) => this.drawRow(row)));
      this.root.classList.toggle("tb-empty", this.order.length === 0);
    }

    drawRow(row) {
      const found = this.found, small = "tb-muted tb-small";
      const get = (field) => found.text(found.cell(row, field));
      const list = (field) => found.cell(row, field).map((index) => found.text(index));
      const div = (kind, ...children) => element("div", kind ? { class: kind } : {}, ...children);
      const code = (text) => element("code", {}, visible(text));
      const cell = (name, label, ...children) => element("td", { "data-label": label, class: `tb-cell-${name}` }, ...children);
      const severity = get("severity"), explanation = get("explanation"), answer = get("answer"), reading = get("reading"), status = get("status"), record = found.cell(row, "record");
      const subject = get("subject"), site = get("site"), query = get("query"), cites = list("cites"), values = list("values");
      const pairs = [];
      for (let index = 0; index < values.length; index += 2) pairs.push([values[index], values[index + 1]]);
      const origin = ([role, file, sheet, line, columns, ...path]) => {
        const parts = [found.text(file)];
        if (sheet >= 0) parts.push(found.text(sheet));
        if (line !== null) parts.push(`row ${line}`);
        parts.push(...path.map((index) => pathText(found.text(index))));
        if (columns.length) parts.push(columns.map((index) => found.text(index)).join(", "));
        const name = found.text(role);
        return div("", element("span", { class: `tb-role tb-role-${name}` }, name), long(parts.join(" · ")));
      };
      const value = ([name, text]) => div("",
        ...(pairs.length > 1 ? [element("code", { class: "tb-muted" }, valueName(name)), " "] : []),
        text === "" ? element("i", { class: "tb-muted" }, "empty") : long(text, "tb-value"));
      return element("tr", { id: `finding-${found.cell(row, "id")}` },
        cell("severity", "Severity",
          div("", element("span", { class: `tb-severity tb-is-${severity.toLowerCase()}` }, severity)),
          ...(explanation !== null ? [div(small, "explained")] : []),
          ...(reading !== null ? [div(small, "read otherwise")] : []), ...(status ? [div(small, status)] : [])),
        cell("rule", "Rule", div("", code(get("rule"))), div(small, `stage ${get("stage")}`),
          ...(cites.length ? [div(small, visible(cites.join(", ")))] : [])),
        cell("where", "Where",
          div("", element("b", {}, visible(get("dataset"))), " ",
            element("span", { class: "tb-muted" }, record === null ? "whole table" : `record ${record}`)),
          ...list("mend").map((name) => div("", code(name)))),
        cell("subject", "Subject", ...(subject !== null ? [div("", visible(subject))] : []),
          ...(site !== null ? [div(small, `site ${visible(site)}`)] : [])),
        cell("origin", "Raw cell", ...found.cell(row, "origins").map(origin)),
        cell("value", "Value", ...pairs.map(value)),
        cell("message", "What is wrong", div("", long(get("message"), "tb-lines")),
          ...(query ? [div("tb-muted", "Query: ", long(query, "tb-lines"))] : []),
          ...(answer !== null ? [div("tb-muted", "Answer: ", long(answer, "tb-lines"))] : []),
          ...(reading !== null ? [div("tb-muted", "Read otherwise: ", long(reading, "tb-lines"))] : []),
          ...(explanation !== null ? [div("tb-muted", "Explained: ", long(explanation, "tb-lines"))] : []),
          div(small, code(found.cell(row, "id")))));
    }
  }

  for (const root of document.querySelectorAll("[data-tb-findings]:not([data-ready])")) {
    root.dataset.ready = "";
    new Table(root);
  }
})();
