/* Conditions that trialbook.expressions.export wrote, evaluated as the kit evaluates them: true, false or null (unknown) after
   Kleene; numbers as exact fractions of BigInts; days as ordinals of the proleptic Gregorian calendar. `cells` has a text for
   each column, "" where it is not known. */
(function () {
  "use strict";

  const NUMBER = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,3}))?$/;
  const LITERAL = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/;
  const BLANKS = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
  const OUTER_BLANKS = new RegExp(`^${BLANKS}|${BLANKS}$`, "g");
  const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
  const DAY = 86400000;
  const DAYS_TO_1970 = 719163;

  // ---- Numbers: {n, d}, the fraction n / d with d over 0.

  function fraction(sign, whole, decimals, exponent) {
    const digits = BigInt(`0${whole}${decimals}`) * (sign === "-" ? -1n : 1n);
    const power = Number(exponent) - decimals.length;
    return power >= 0 ? { n: digits * 10n ** BigInt(power), d: 1n } : { n: digits, d: 10n ** BigInt(-power) };
  }

  /* The number that a text writes, outer blanks allowed; null where it writes none. */
  function numberOf(text) {
    const found = NUMBER.exec(text.replace(OUTER_BLANKS, ""));
    return found && fraction(found[1], found[2] ?? "", found[3] ?? found[4] ?? "", found[5] ?? "0");
  }

  function literal(text) {
    const found = LITERAL.exec(text);
    return fraction(found[1], found[2], found[3] ?? "", found[4] ?? "0");
  }

  function number(node, cells) {
    switch (node.is) {
      case "column":
        return numberOf(cells[node.name]);
      case "number":
        return literal(node.value);
      case "product": {
        const [left, right] = [number(node.left, cells), number(node.right, cells)];
        return left && right && { n: left.n * right.n, d: left.d * right.d };
      }
      case "quotient": {
        const [upper, lower] = [number(node.dividend, cells), number(node.divisor, cells)];
        if (!upper || !lower || lower.n === 0n) return null;
        const sign = lower.n < 0n ? -1n : 1n;
        return { n: upper.n * lower.d * sign, d: upper.d * lower.n * sign };
      }
    }
    throw new Error(`${node.is} is no number`);
  }

  // ---- Days: ordinals, 0001-01-01 is 1.

  function ordinal(year, month, day) {
    return new Date(0).setUTCFullYear(year, month - 1, day) / DAY + DAYS_TO_1970;
  }

  function lastOf(year, month) {
    return new Date(new Date(0).setUTCFullYear(year, month, 0)).getUTCDate();
  }

  /* The ordinal of the complete date that a text writes; null where it writes none. */
  function dayOf(text) {
    const found = DATE.exec(text);
    if (!found) return null;
    const [year, month, day] = found.slice(1).map(Number);
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= lastOf(year, month) ? ordinal(year, month, day) : null;
  }

  /* The same day so many months before, or that month's last; 0, which is before every day, where the calendar begins later. */
  function monthsBefore(day, count) {
    const date = new Date((day - DAYS_TO_1970) * DAY);
    const months = date.getUTCFullYear() * 12 + date.getUTCMonth() - count;
    const [year, month] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
    return year < 1 ? 0 : ordinal(year, month, Math.min(date.getUTCDate(), lastOf(year, month)));
  }

  function day(node, cells) {
    if (node.is === "date") return dayOf(cells[node.column]);
    const later = day(node.day, cells);
    if (later === null) return null;
    return node.unit === "months" ? monthsBefore(later, node.count) : later - node.count;
  }

  function isoDate(day) {
    return day < 1 ? "before every date" : new Date((day - DAYS_TO_1970) * DAY).toISOString().slice(0, 10);
  }

  // ---- Truth.

  function ordered(operator, sign) {
    return { "==": sign === 0, "!=": sign !== 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0 }[operator];
  }

  function not(truth) {
    return truth === null ? null : !truth;
  }

  function all(truths) {
    return truths.includes(false) ? false : truths.includes(null) ? null : true;
  }

  function any(truths) {
    return not(all(truths.map(not)));
  }

  function text(node, cells) {
    return node.is === "text" ? node.value : cells[node.name];
  }

  function truth(node, cells) {
    switch (node.is) {
      case "constant":
        return node.value;
      case "missing":
        return cells[node.column] === "";
      case "compare texts": {
        const [left, right] = [text(node.left, cells), text(node.right, cells)];
        return left === "" || right === "" ? null : (left === right) === (node.operator === "==");
      }
      case "compare numbers": {
        const [left, right] = [number(node.left, cells), number(node.right, cells)];
        if (!left || !right) return null;
        const difference = left.n * right.d - right.n * left.d;
        return ordered(node.operator, difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }
      case "compare dates": {
        const [left, right] = [day(node.left, cells), day(node.right, cells)];
        return left === null || right === null ? null : ordered(node.operator, Math.sign(left - right));
      }
      case "in": {
        const cell = cells[node.column];
        if (cell === "") return null;
        const column = { is: "column", name: node.column };
        const equal = (value) => ({ is: "compare numbers", operator: "==", left: column, right: { is: "number", value } });
        return any([node.texts.includes(cell), ...node.numbers.map((value) => truth(equal(value), cells))]);
      }
      case "not":
        return not(truth(node.condition, cells));
      case "and":
        return all(node.conditions.map((one) => truth(one, cells)));
      case "or":
        return any(node.conditions.map((one) => truth(one, cells)));
    }
    throw new Error(`${node.is} is no condition`);
  }

  // ---- Why unknown: with all columns known that are named, it is decided.

  function parts(node) {
    const { left, right, dividend, divisor, day, condition, conditions } = node;
    return [left, right, dividend, divisor, day, condition, ...(conditions ?? [])].filter(Boolean);
  }

  /* The columns that a node reads, once each. */
  function columns(node) {
    const own = node.is === "column" ? [node.name] : node.column === undefined ? [] : [node.column];
    return [...new Set([...own, ...parts(node).flatMap(columns)])];
  }

  /* The columns because of which a condition is unknown. */
  function reasons(node, cells) {
    switch (node.is) {
      case "constant":
      case "missing":
        return [];
      case "in":
        return truth(node, cells) === null ? [node.column] : [];
      case "compare texts":
        return columns(node).filter((name) => cells[name] === "");
      case "compare numbers":
      case "compare dates":
        return [...unread(node.left, cells), ...unread(node.right, cells)];
      case "not":
        return reasons(node.condition, cells);
    }
    return truth(node, cells) === null ? node.conditions.flatMap((one) => reasons(one, cells)) : [];
  }

  /* The columns because of which a number or a day is unknown; those of a divisor also where it is zero. */
  function unread(node, cells) {
    if (node.is === "column") return numberOf(cells[node.name]) ? [] : [node.name];
    if (node.is === "date") return dayOf(cells[node.column]) === null ? [node.column] : [];
    const zero = node.is === "quotient" && number(node.divisor, cells)?.n === 0n;
    return [...parts(node).flatMap((one) => unread(one, cells)), ...(zero ? columns(node.divisor) : [])];
  }

  // ---- What is told of a condition.

  /* The comparisons that make a condition what it is: those that are false where all must be true, and so on. */
  function deciding(node, cells) {
    if (node.is === "not" && node.condition.conditions) return deciding(node.condition, cells);
    if (!node.conditions) return [{ node, truth: truth(node, cells) }];
    const whole = truth(node, cells);
    const told = node.conditions.filter((one) => whole === (node.is === "and") || truth(one, cells) === whole);
    return told.flatMap((one) => deciding(one, cells));
  }

  /* A number for people: all of it where it has at most 12 digits, else rounded to 6, and then not exact. */
  function shown(value) {
    if (value.n === 0n) return { text: "0", exact: true };
    const all = digitsOf(value, 12);
    const digits = all.exact ? { ...all, digits: all.digits.replace(/0+$/, "") } : digitsOf(value, 6);
    return { text: positioned(value, digits), exact: all.exact };
  }

  /* The first digits of a number, about so many and the last one rounded, and the power of ten of the first. */
  function digitsOf(value, count) {
    const upper = value.n < 0n ? -value.n : value.n;
    const power = count - (String(upper).length - String(value.d).length);
    const [over, under] = power >= 0 ? [upper * 10n ** BigInt(power), value.d] : [upper, value.d * 10n ** BigInt(-power)];
    const digits = String((2n * over + under) / (2n * under));
    return { digits, exponent: digits.length - 1 - power, exact: over % under === 0n };
  }

  function positioned(value, { digits, exponent }) {
    const sign = value.n < 0n ? "-" : "";
    const pointed = (text, at) => (text.length > at ? `${text.slice(0, at)}.${text.slice(at)}` : text);
    if (exponent > 15 || exponent < -6) return `${sign}${pointed(digits, 1)}E${exponent}`;
    const plain = exponent < 0 ? "0".repeat(-exponent) + digits : digits.padEnd(exponent + 1, "0");
    return sign + pointed(plain, Math.max(exponent, 0) + 1);
  }

  function written(node) {
    const within = (one) => (["product", "quotient", "and", "or"].includes(one.is) ? `(${written(one)})` : written(one));
    switch (node.is) {
      case "constant":
        return node.value ? "True" : "False";
      case "missing":
        return `missing(${node.column})`;
      case "in":
        return `${node.column} in [${[...node.texts.map((one) => `"${one}"`), ...node.numbers].join(", ")}]`;
      case "not":
        return `not ${within(node.condition)}`;
      case "and":
      case "or":
        return node.conditions.map(within).join(` ${node.is} `);
      case "column":
        return node.name;
      case "text":
        return `"${node.value}"`;
      case "number": {
        const found = shown(literal(node.value));
        return found.exact ? found.text : node.value;
      }
      case "product":
        return `${written(node.left)} * ${within(node.right)}`;
      case "quotient":
        return `${written(node.dividend)} / ${within(node.divisor)}`;
      case "date":
        return node.column;
      case "before":
        return `${node.unit}_before(${written(node.day)}, ${node.count})`;
    }
    return `${written(node.left)} ${node.operator} ${written(node.right)}`;
  }

  /* What the sides of a comparison come to where they are computed: ["alt / alt_uln = 0.6"]. */
  function computed(node, cells) {
    const sides = [node.left, node.right].filter((side) => side && parts(side).length && columns(side).length);
    return sides.flatMap((side) => {
      if (side.is === "before") {
        const found = day(side, cells);
        return found === null ? [] : [`${written(side)} = ${isoDate(found)}`];
      }
      const found = number(side, cells) && shown(number(side, cells));
      return found ? [`${written(side)} ${found.exact ? "=" : "≈"} ${found.text}`] : [];
    });
  }

  const offered = { columns, computed, dayOf, deciding, literal, numberOf, reasons, truth, written };
  globalThis.trialbook = { ...globalThis.trialbook, ...offered };
})();
