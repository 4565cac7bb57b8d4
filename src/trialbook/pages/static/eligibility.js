/* Subjects judged by what trialbook.protocol.eligibility.export wrote, as the kit judges them. `readings` has the choice of each
   setting that reads otherwise than the protocol. */
(function () {
  "use strict";

  const { dayOf, deciding, literal, numberOf, reasons, truth } = globalThis.trialbook;
  const WHOLE = /^\d+$/;
  const UNSIGNED = /^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
  const PRINTABLE = /^(?:[^\p{C}\p{Z}]| )*$/u;

  function order(one, other) {
    return one.n * other.d - other.n * one.d;
  }

  /* Whether an item takes a text, which is not empty. */
  function takes(item, text) {
    if (item.type === "one of values") return item.values.includes(text);
    if (item.type === "date") return item.values.includes(text) || dayOf(text) !== null;
    if (item.type === "text" || item.type === "identifier") return PRINTABLE.test(text) && !/^ | $/.test(text);
    if (!(item.type === "whole number" ? WHOLE : UNSIGNED).test(text)) return false;
    const value = numberOf(text);
    return (
      order(value, literal(item.minimum)) >= 0n &&
      (item.maximum === null || order(value, literal(item.maximum)) <= 0n) &&
      (item.above === null || order(value, literal(item.above)) > 0n)
    );
  }

  /* The names of the items whose cell holds what they do not take; an empty one is not among them. */
  function refused(eligibility, cells) {
    const held = eligibility.items.filter(({ name }) => cells[name] !== "");
    return held.filter((item) => !takes(item, cells[item.name])).map(({ name }) => name);
  }

  /* A criterion's expressions in force: {text, condition, setting, reading}, the last two where a setting chooses. */
  function inForce(eligibility, criterion, readings) {
    return criterion.logic.map((part) => {
      if (!part.setting) return part;
      const setting = eligibility.settings.find((one) => one.name === part.setting);
      const reading = readings[part.setting] ?? setting.value;
      return { ...part.readings[reading], setting: part.setting, reading };
    });
  }

  function condition(eligibility, criterion, readings) {
    const parts = inForce(eligibility, criterion, readings).map((part) => part.condition);
    return parts.length === 1 ? parts[0] : { is: "and", conditions: parts };
  }

  /* {verdict, criteria, failed, missing, warnings} as `trialbook screen` writes them; what an item does not take is unknown. */
  function judge(eligibility, cells, readings = {}) {
    const wrong = refused(eligibility, cells);
    const known = { ...cells, ...Object.fromEntries(wrong.map((name) => [name, ""])) };
    const result = { verdict: "", criteria: {}, failed: [], missing: {}, warnings: [] };
    for (const criterion of eligibility.criteria) {
      const tree = condition(eligibility, criterion, readings);
      const found = truth(tree, known);
      result.criteria[criterion.id] = found;
      if (found === (criterion.kind === "exclusion")) result.failed.push(criterion.id);
      const named = new Set(reasons(tree, known));
      if (named.size) result.missing[criterion.id] = eligibility.items.map(({ name }) => name).filter((name) => named.has(name));
    }
    const messages = new Set(eligibility.contradictions.filter((one) => truth(one.condition, known)).map((one) => one.message));
    const ordered = new Set(eligibility.contradictions.map((one) => one.message));
    result.warnings = [...ordered].filter((one) => messages.has(one));
    const open = Object.values(result.criteria).includes(null);
    result.verdict = result.failed.length ? "NOT ELIGIBLE" : open ? "UNDETERMINED" : "ELIGIBLE";
    return result;
  }

  /* Why a criterion is what it is: its expressions that decide, each with the comparisons in it that do. */
  function because(eligibility, criterion, cells, readings) {
    const whole = truth(condition(eligibility, criterion, readings), cells);
    return inForce(eligibility, criterion, readings)
      .map((part) => ({ ...part, truth: truth(part.condition, cells), comparisons: deciding(part.condition, cells) }))
      .filter((part) => whole === true || part.truth === whole);
  }

  globalThis.trialbook = { ...globalThis.trialbook, because, inForce, judge, refused, takes };
})();
