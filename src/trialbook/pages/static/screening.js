/* The page that screens a subject: it reads the form, judges, and says why. Nothing is sent and nothing is kept. What is entered
   is only ever shown as text. */
(function () {
  "use strict";

  const root = document.getElementById("screening-subject");
  const data = document.getElementById("screening-data");
  if (!root || !data) return;
  const { because, columns, computed, inForce, judge, refused, written } = globalThis.trialbook;
  const eligibility = JSON.parse(data.textContent);
  const items = new Map(eligibility.items.map((item) => [item.name, item]));
  const byId = (...parts) => document.getElementById(["screening", ...parts].join("-"));
  const VERDICTS = { ELIGIBLE: "Eligible", "NOT ELIGIBLE": "Not eligible", UNDETERMINED: "Undetermined", REFUSED: "Not judged" };
  const WORDS = { inclusion: { true: "met", false: "not met" }, exclusion: { true: "applies", false: "does not apply" } };
  const MOST = 4;
  const PATIENCE = 350; // milliseconds after the last key
  let loaded = example();

  // ---- Pieces of the page.

  function element(tag, properties, ...content) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...content);
    return made;
  }

  function listed(pieces) {
    return pieces.flatMap((piece, at) => (at ? [", ", piece] : [piece]));
  }

  function itemLink(name) {
    return element("a", { href: `#screening-item-${name}` }, items.get(name).label);
  }

  function first(pieces) {
    const rest = pieces.length - MOST;
    return rest > 1 ? [...listed(pieces.slice(0, MOST)), ` and ${rest} more`] : listed(pieces);
  }

  /* A text as Python quotes it, so that blanks and what can't be seen are seen. */
  function quoted(text) {
    const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
    const inside = text.replace(/[\\\p{C}\p{Z}]|['"]/gu, (one) => {
      if (one === " ") return one;
      if (one === "\\" || one === mark) return `\\${one}`;
      if (one === "'" || one === '"') return one;
      const named = { "\t": "\\t", "\n": "\\n", "\r": "\\r" }[one];
      const number = one.codePointAt(0).toString(16);
      const [letter, width] = number.length <= 2 ? ["x", 2] : number.length <= 4 ? ["u", 4] : ["U", 8];
      return named ?? `\\${letter}${number.padStart(width, "0")}`;
    });
    return `${mark}${inside}${mark}`;
  }

  // ---- The form.

  function field(name) {
    return byId("item", name);
  }

  function readForm() {
    const cells = Object.fromEntries(eligibility.items.map(({ name }) => [name, field(name).value]));
    const readings = Object.fromEntries(eligibility.settings.map(({ name }) => [name, byId("setting", name).value]));
    return { cells, readings };
  }

  function fill(state) {
    loaded = state;
    for (const { name } of eligibility.items) field(name).value = state.cells[name] ?? "";
    for (const { name, value } of eligibility.settings) byId("setting", name).value = state.readings[name] ?? value;
    update();
  }

  function example() {
    const told = "An example, invented: a subject who meets every criterion.";
    return { cells: eligibility.eligible_subject, readings: {}, case: null, told };
  }

  function unknown() {
    const cells = Object.fromEntries(eligibility.items.map(({ name }) => [name, ""]));
    return { cells, readings: {}, case: null, told: "Nothing is known of the subject." };
  }

  function ofCase(one) {
    const pairs = [...Object.entries(one.items), ...Object.entries(one.reading)];
    const changes = pairs.map(([name, value]) => `${name} = ${value || "unknown"}`).join("; ");
    const told = `Boundary case of ${one.criterion}, ${one.case}: the example${changes ? ` with ${changes}` : " as it is"}.`;
    return { cells: { ...eligibility.eligible_subject, ...one.items }, readings: one.reading, case: one, told };
  }

  // ---- What is told.

  function word(criterion, truth) {
    return truth === null ? "unknown" : WORDS[criterion.kind][truth];
  }

  function expectation(one, result) {
    const criterion = eligibility.criteria.find(({ id }) => id === one.criterion);
    const told = (truth, missing) => `${word(criterion, truth)}${truth === null ? ` by ${missing.join(", ")}` : ""}`;
    const wanted = told(one.expected, one.missing);
    const found = told(result.criteria[one.criterion], result.missing[one.criterion] ?? []);
    return ` Expected of ${one.criterion}: ${wanted}${wanted === found ? ", as it is found." : `. Found: ${found}.`}`;
  }

  function tellOrigin(cells, readings, result) {
    const changed = eligibility.items.some(({ name }) => cells[name] !== (loaded.cells[name] ?? ""));
    const read = eligibility.settings.some(({ name, value }) => readings[name] !== (loaded.readings[name] ?? value));
    const same = !changed && !read;
    const expected = loaded.case ? expectation(loaded.case, result) : "";
    byId("origin").textContent = same ? loaded.told + expected : `Changed by you. It began as: ${loaded.told}`;
  }

  function tellErrors(cells, wrong) {
    for (const item of eligibility.items) {
      const [input, error, bad] = [field(item.name), byId("error", item.name), wrong.includes(item.name)];
      input.toggleAttribute("aria-invalid", bad);
      if (bad) input.setAttribute("aria-invalid", "true");
      error.hidden = !bad;
      error.textContent = bad ? `Found ${quoted(cells[item.name])}, expected ${item.expected}` : "";
    }
  }

  function tellVerdict(result, wrong, readings) {
    const verdict = wrong.length ? "REFUSED" : result.verdict;
    const open = new Set(Object.values(result.missing).flat());
    const missing = eligibility.items.map(({ name }) => name).filter((name) => open.has(name));
    const failed = result.failed.map((id) => element("a", { href: `#screening-criterion-${id}` }, id));
    const reasons = {
      ELIGIBLE: ["every inclusion criterion is met, and no exclusion criterion applies"],
      "NOT ELIGIBLE": ["by ", ...first(failed)],
      UNDETERMINED: ["to be decided by ", ...first(missing.map(itemLink))],
      REFUSED: ["a value is not what its item takes: ", ...first(wrong.map(itemLink))],
    };
    const told = [element("div", {}, element("strong", {}, VERDICTS[verdict]), ": ", ...reasons[verdict])];
    const other = eligibility.settings.filter(({ name, value }) => readings[name] !== value);
    const labels = other.map(({ label }) => label).join("; ");
    if (other.length) told.push(element("div", {}, `Not by the protocol's readings: ${labels}`));
    const warning = (message) => element("div", { className: "screening-warning" }, `Contradiction: ${message}`);
    told.push(...result.warnings.map(warning));
    const region = byId("verdict");
    const made = element("div", {}, ...told);
    region.dataset.verdict = verdict;
    if (region.innerHTML !== made.innerHTML) region.replaceChildren(...made.childNodes);
  }

  function valuesOf(names, cells) {
    return names.map((name) => {
      const { label, unit } = items.get(name);
      return `${label}: ${cells[name] === "" ? "not known" : cells[name]}${unit && cells[name] !== "" ? ` ${unit}` : ""}`;
    });
  }

  /* The comparisons of an expression that decide, with the values that they compare. */
  function reasonsOf(part, cells) {
    const setting = eligibility.settings.find(({ name }) => name === part.setting);
    const reading = setting ? [element("span", { className: "screening-hint" }, ` (${setting.label}: ${part.reading})`)] : [];
    return part.comparisons.map(({ node, truth }) => {
      const told = [...valuesOf(columns(node), cells), ...computed(node, cells)].join("; ");
      return element("li", {}, element("code", {}, written(node)), ` is ${truth ?? "unknown"}`, told && `: ${told}`, ...reading);
    });
  }

  function tellCriterion(criterion, result, wrong, cells, readings) {
    const truth = result.criteria[criterion.id];
    const read = inForce(eligibility, criterion, readings).flatMap(({ condition }) => columns(condition));
    const bad = wrong.filter((name) => read.includes(name));
    const entry = byId("criterion", criterion.id);
    const fails = criterion.kind === "exclusion";
    entry.dataset.state = bad.length ? "refused" : truth === null ? "unknown" : truth === fails ? "fails" : "holds";
    entry.querySelector(".screening-truth").textContent = bad.length ? "not judged" : word(criterion, truth);
    const reasons = because(eligibility, criterion, cells, readings).flatMap((part) => reasonsOf(part, cells));
    const decided = (result.missing[criterion.id] ?? []).map(itemLink);
    const first = bad.length ? [element("li", {}, "A value is not what its item takes: ", ...listed(bad.map(itemLink)))] : [];
    if (!bad.length && decided.length) first.push(element("li", {}, "To be decided by ", ...listed(decided)));
    entry.querySelector(".screening-reasons").replaceChildren(...first, ...(bad.length ? [] : reasons));
  }

  /* What another choice of a setting would change. */
  function tellEffect(setting, result, wrong, cells, readings) {
    byId("chosen", setting.name).textContent = setting.choices[readings[setting.name]];
    const others = Object.keys(setting.choices).filter((choice) => choice !== readings[setting.name]);
    const told = others.map((choice) => {
      const other = judge(eligibility, cells, { ...readings, [setting.name]: choice });
      const changed = eligibility.criteria.filter(({ id }) => other.criteria[id] !== result.criteria[id]);
      const words = changed.map((criterion) => `${criterion.id} ${word(criterion, other.criteria[criterion.id])}`).join(", ");
      if (!changed.length) return `“${choice}” would change nothing here.`;
      return `“${choice}” would make it: ${VERDICTS[other.verdict].toLowerCase()} (${words}).`;
    });
    byId("effect", setting.name).textContent = wrong.length ? "" : told.join(" ");
  }

  // ---- Judging.

  function update() {
    const { cells, readings } = readForm();
    const wrong = refused(eligibility, cells);
    const known = { ...cells, ...Object.fromEntries(wrong.map((name) => [name, ""])) };
    const result = judge(eligibility, known, readings);
    tellErrors(cells, wrong);
    tellOrigin(cells, readings, result);
    tellVerdict(result, wrong, readings);
    for (const criterion of eligibility.criteria) tellCriterion(criterion, result, wrong, known, readings);
    for (const setting of eligibility.settings) tellEffect(setting, result, wrong, known, readings);
  }

  let waiting = 0;
  const form = byId("form");
  form.addEventListener("change", update);
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, PATIENCE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    update();
  });
  byId("reset").addEventListener("click", () => fill(example()));
  byId("clear").addEventListener("click", () => fill(unknown()));
  byId("load")?.addEventListener("click", () => fill(ofCase(eligibility.cases[Number(byId("case").value)])));
  /* A link to a boundary case loads it. */
  function follow() {
    const linked = /^#screening-case-(\d+)$/.exec(location.hash);
    const one = linked && eligibility.cases[Number(linked[1])];
    if (!one) return;
    byId("case").value = linked[1];
    fill(ofCase(one));
    root.scrollIntoView();
  }
  window.addEventListener("hashchange", follow);
  root.dataset.ready = "";
  update();
  follow();
})();
