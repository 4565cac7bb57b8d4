"""Whether CDISC's engine, as the kit runs it, says what CDISC publishes: its test cases run, and their results compared.

A case is a folder ``RULE/(positive|negative)/NN`` with ``data/`` and ``results/results.csv``: what the engine reported when the
results were published. A case agrees where the rows (dataset, record, variable, value) are the same, each as many times. Why one
does not is written by hand, case by case, in a table: one that is not there, or has become wrong, fails.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from trialbook.conformance.engine import RuleRun, engine_dataset, run_rules
from trialbook.conformance.rules import RuleSet, read_rules
from trialbook.datasets import CaseSettings, case_settings, read_datasets
from trialbook.errors import TrialbookError
from trialbook.findings.terms import RuleStatus
from trialbook.specfile import SpecFile, SpecModel
from trialbook.standards import ControlledTerminology, Standard

Row = tuple[str, str, str, str]
"""Dataset, record (empty for one about the whole dataset), variable, value."""
RESULT_COLUMNS = ["Dataset", "Record", "Variable", "Value"]
EXECUTION_ERROR = "EXECUTION_ERROR"
"""What the engine's results have in place of a variable where the rule broke off; the value is the reason."""


class KnownReason(SpecModel):
    """Why a case does not agree."""

    reason: str = Field(min_length=1)


class KnownReasons(SpecModel):
    """The table of reasons, by the case's name (``CORE-000200/negative/02``)."""

    cases: dict[str, KnownReason] = Field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A published case."""

    name: str
    rule: str
    folder: Path
    settings: CaseSettings

    @property
    def data(self) -> Path:
        """The folder of its datasets."""
        return self.folder / "data"

    @property
    def results(self) -> Path:
        """The file of the published results."""
        return self.folder / "results" / "results.csv"


@dataclass(frozen=True)
class Compared:
    """A case: the rows that were published (None where none were) and those found; ``error`` says why it could not run."""

    case: Case
    published: Counter[Row] | None
    found: Counter[Row]
    statuses: tuple[tuple[str, RuleStatus], ...] = ()
    error: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether there are the same rows; a case without published results can't agree."""
        return self.error is None and self.found == self.published

    @property
    def missing(self) -> Counter[Row]:
        """Published, and not found."""
        return (self.published or Counter()) - self.found

    @property
    def extra(self) -> Counter[Row]:
        """Found, and not published."""
        return self.found - (self.published or Counter())


@dataclass(frozen=True)
class Parity:
    """All cases compared, with the reasons that are known for those that do not agree."""

    compared: tuple[Compared, ...]
    reasons: dict[str, str]

    @property
    def judged(self) -> tuple[Compared, ...]:
        """The cases that have published results."""
        return tuple(one for one in self.compared if one.published is not None)

    @property
    def agreeing(self) -> tuple[Compared, ...]:
        """The cases that agree."""
        return tuple(one for one in self.judged if one.agrees)

    @property
    def unexplained(self) -> tuple[Compared, ...]:
        """Cases that do not agree, and no reason is known."""
        return tuple(one for one in self.judged if not one.agrees and one.case.name not in self.reasons)

    @property
    def outdated(self) -> tuple[str, ...]:
        """Names in the table of reasons that are no exception: the case agrees, or its rule has cases, and none of that name."""
        excepted = {one.case.name for one in self.judged if not one.agrees}
        rules = {one.case.rule for one in self.compared}
        return tuple(name for name in self.reasons if name not in excepted and name.partition("/")[0] in rules)

    @property
    def good(self) -> bool:
        """Whether every exception has its reason, and every reason its exception."""
        return not self.unexplained and not self.outdated


def find_cases(folder: Path) -> list[Case]:
    """The cases in a folder, by name; raises TrialbookError where there is none."""
    found = [
        Case(f"{path.parents[2].name}/{path.parents[1].name}/{path.parent.name}", path.parents[2].name, path.parent, settings)
        for path in sorted(folder.glob("*/*/*/data"))
        if path.is_dir() and (settings := case_settings(path) or CaseSettings())
    ]
    if not found:
        raise TrialbookError(
            "holds no cases",
            file=folder,
            remedy="Expected folders RULE/(positive|negative)/NN/data, as CDISC Open Rules has them.",
        )
    return found


def read_reasons(path: Path) -> dict[str, str]:
    """The reasons by case; raises SpecError with the line of one that is empty."""
    return {name: one.reason for name, one in SpecFile(path).parse(KnownReasons).cases.items()}


def published_rows(path: Path) -> Counter[Row] | None:
    """The rows of a results.csv; None where there is no such file."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    if header != RESULT_COLUMNS:
        found = ", ".join(header)
        raise TrialbookError(f"its header is {found}, expected {', '.join(RESULT_COLUMNS)}", file=path, place="row 1")
    return Counter((dataset, record, variable, value) for dataset, record, variable, value in rows)


def found_rows(run: RuleRun) -> Counter[Row]:
    """What the engine's results.csv would have of a rule's run: each variable of each issue, and why it broke off."""
    rows: Counter[Row] = Counter()
    if run.failed:
        rows["", "", EXECUTION_ERROR, run.reason or ""] += 1
    for one in run.datasets:
        if one.status is RuleStatus.EXECUTION_ERROR:
            rows[one.dataset, "", EXECUTION_ERROR, one.reason or ""] += 1
        for issue in one.issues:
            record = "" if issue.record is None else str(issue.record)
            rows.update((issue.dataset, record, variable, value) for variable, value in issue.values.items())
    return rows


def compare(
    cases: Iterable[Case],
    rules: RuleSet,
    standard: Standard,
    ct: ControlledTerminology,
    step: Callable[[Case], None] | None = None,
) -> list[Compared]:
    """Run each case's rule on its datasets, all by one engine, and hold the results against the published ones.

    Every case runs with the metadata of ``standard``, also where it names another; and with no terminology but what it names.
    """
    compared = []
    for case in cases:
        if step is not None:
            step(case)
        published = published_rows(case.results)
        try:
            compared.append(_run(case, published, rules, standard, ct))
        except TrialbookError as error:
            compared.append(Compared(case, published, Counter(), error=str(error)))
    return compared


def _run(case: Case, published: Counter[Row] | None, rules: RuleSet, standard: Standard, ct: ControlledTerminology) -> Compared:
    rule = rules.rule(case.rule)
    if rule is None:
        unreadable = next((one.why for one in rules.unreadable if one.name == case.rule), "it is not among them")
        raise TrialbookError(f"{case.rule} can't be run: {unreadable}", file=rules.origin)
    datasets = [engine_dataset(one, case.data) for one in read_datasets(case.data)]
    define = case.settings.define_xml
    (run,) = run_rules(
        datasets,
        [rule.data],
        standard,
        ct,
        packages=case.settings.ct,
        define=str(define.resolve()) if define is not None and define.is_file() else None,
        workers=1,
    )
    return Compared(case, published, found_rows(run), tuple((one.dataset, one.status) for one in run.datasets))


def parity(
    cases: Path,
    rules: Path,
    reasons: Path,
    standard: Standard,
    ct: ControlledTerminology,
    step: Callable[[Case], None] | None = None,
) -> Parity:
    """The cases of a folder run with the rules of another, and the known reasons."""
    known = read_reasons(reasons)
    return Parity(tuple(compare(find_cases(cases), read_rules(rules), standard, ct, step)), known)


def write_csv(compared: Sequence[Compared], path: Path, reasons: dict[str, str]) -> None:
    """One line a case: whether it agrees, how many rows there are on each side, and the reason where it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("case", "rule", "standard", "agrees", "published", "found", "missing", "extra", "reason"))
        for one in compared:
            published = "" if one.published is None else one.published.total()
            agrees = "" if one.published is None else str(one.agrees).lower()
            counts = (published, one.found.total(), one.missing.total(), one.extra.total())
            reason = "" if one.agrees else reasons.get(one.case.name, one.error or "")
            writer.writerow((one.case.name, one.case.rule, standard_of(one.case), agrees, *counts, reason))


def standard_of(case: Case) -> str:
    """The standard that the case names (``sdtmig-3.4``); empty where it names none."""
    return "-".join(case.settings.standard or ())
