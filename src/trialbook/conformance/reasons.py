"""The engine's words for what a rule misses in the data, in plain ones; and what kind of reason they are."""

from __future__ import annotations

import re

from trialbook.conformance.engine.reasons import OUT_OF_SCOPE

__all__ = ["NO_DATASET", "NO_VARIABLE", "OUT_OF_SCOPE", "kind_of_reason", "plain_reason"]

NO_VARIABLE = "a variable that is needed is in none of the datasets"
NO_DATASET = "a dataset that is needed is not there"
_NO_COLUMN = re.compile(r"Column not found in data: (.+)", re.DOTALL)
_NO_DATASET = re.compile(r"Domain not found: .*\bDomain (\w+) does not exist\b.*", re.DOTALL)
_VARIABLE = re.compile(r"(?<![\w.$-])[$A-Z][\w.$]*(?![\w=(])")
_NOT_VARIABLES = ("None", "Index")


def plain_reason(reason: str | None, dataset: str, rule: str) -> str | None:
    """Why a rule did not run on a dataset; ``rule`` is its text, in which a variable of any domain is ``--DTC``.

    ``Column not found in data: AEDTC`` becomes ``--DTC is not in the dataset`` where that is how the rule names it: rules that
    miss the same in many datasets then say it once.
    """
    if reason is None:
        return None
    if found := _NO_DATASET.fullmatch(reason):
        return f"{found[1]} is not there"
    found = _NO_COLUMN.fullmatch(reason)
    names = [name for name in _VARIABLE.findall(found[1]) if name not in _NOT_VARIABLES] if found else []
    if not names:
        return reason
    named = list(dict.fromkeys(_as_in_rule(name, dataset, rule) for name in names))
    return f"{', '.join(named)} {'is' if len(named) == 1 else 'are'} not in the dataset"


def _as_in_rule(name: str, dataset: str, rule: str) -> str:
    """The engine puts a dataset's domain in the place of ``--``, and nothing where the dataset is one of relations."""
    stem = name.removeprefix(dataset[:2])
    return f"--{stem}" if re.search(rf"--{re.escape(stem)}\b", rule) and name not in re.findall(r"[\w$-]+", rule) else name


def kind_of_reason(reason: str) -> str:
    """What a rule is told not to have run for, whatever the names: one of few texts, or the reason itself."""
    if " not in the dataset" in reason:
        return NO_VARIABLE
    return NO_DATASET if re.search(r"(?:^|[:;] )\w+ is not there\b", reason) else reason
