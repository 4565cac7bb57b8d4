"""Which texts about a rule may be shown where no subject's cell may: those made of words that are known before any data are read.

It is a list of what is allowed. A reason is shown where each of its words is one of the kit's own, a name of the study's
specifications or of a rule, or a count before what it counts; any other text of it is not, whatever it is. An error that a rule
broke by is never quoted: it may hold a cell (``could not convert string to float: '…'``).
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Collection

from trialbook.findings import RuleOutcome, RuleStatus

LEFT_OUT = "the reason may quote data and is left out here"
BROKE = "{}; what it said may quote data and is left out here"

_COUNTED = frozenset(
    (
        *("columns", "failing", "finding", "findings", "measurements", "of", "published", "record", "records", "rules"),
        *("subjects", "value", "values"),
    )
)
_WORDS = """
a about activities after against all already an and answer answered any anybody's apart are arm as asks assigned at be been
before between both by can't cdisc's checked choice column columns compare conformance consent consents controlled core could
criterion data dataset datasets date dates day decide define-xml depends described digits do does each eligible empty enough
entered entry expects export few fewer files find for form forms found from has have here hold how in informed install
installed is it its itself judged kit kit's known lack lacks lag lags last left lies machine made make many match measurements
missing month more most names no nobody nobody's none not numbers of on one ones or other others out own person place planned
preferred published ran raw read record recorded report required rule rules run runs say says schedule scope screened
sdtm_specs/export.yml sdtm_specs/forms several site so standard study study's subject subjects such table taken tell tells
terminology terms test tests than that the their them there there's they this to told too trialbook two units.yml until use
uses version visit was were what when where which who whose with without would wrong yet
"""
_OWN = _COUNTED | frozenset(_WORDS.split())
_TOKEN = re.compile(r"[^\s,;:()“”\"]+(?:,\d{3})*")
_VARIABLE = re.compile(r"(?<![\w-])(?:--)?[A-Z][A-Z0-9]{2,7}(?![\w-])")
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})*")
_DAY_1 = re.compile(r"\bday 1\b")
_ERROR = re.compile(r"([A-Za-z]+): ")


def shown_reason(outcome: RuleOutcome, names: Collection[str]) -> str | None:
    """The reason of an outcome as it may be shown; ``names``: those of forms, columns, datasets, variables and rules."""
    if outcome.reason is None:
        return None
    if outcome.status is RuleStatus.EXECUTION_ERROR:
        return BROKE.format(_error_name(outcome.reason))
    # Of what stays open, the reason repeats what the rule says.
    reason = outcome.reason.replace(outcome.message, "") if outcome.message else outcome.reason
    tokens = [token.removesuffix(".") for token in _TOKEN.findall(_DAY_1.sub("day", reason))]
    # The variables that a rule names are shown with what it says of any record.
    names = {*names, *_VARIABLE.findall(outcome.message)}
    following = [*tokens[1:], ""]
    allowed = all(_is_known(one, after, names) for one, after in zip(tokens, following, strict=True))
    return outcome.reason if allowed else LEFT_OUT


def _is_known(token: str, after: str, names: Collection[str]) -> bool:
    if token in names or token.lower() in _OWN:
        return True
    return _COUNT.fullmatch(token) is not None and after in _COUNTED


def _error_name(reason: str) -> str:
    found = _ERROR.match(reason)
    kind = getattr(builtins, found[1], None) if found else None
    return found[1] if found and isinstance(kind, type) and issubclass(kind, Exception) else "the rule broke"
