"""One finding, where it comes from, and the outcome of the rule that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trialbook.findings.pictures import Picture
from trialbook.findings.terms import FindingStatus, QueryState, Role, RuleStatus, Runner, Severity, Stage


@dataclass(frozen=True, slots=True)
class Origin:
    """The raw cells of one record that a finding is about.

    ``row`` as a spreadsheet counts (the header is row 1); in a file that has no rows (ODM-XML) ``path`` in its stead.
    """

    role: Role
    file: str
    sheet: str | None
    row: int | None
    columns: tuple[str, ...]
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One (rule, form or dataset, record); its variables share it. The fields are those of ``findings.json``.

    ``record`` is 1-based, None for a finding about a whole form or dataset. ``group``: what the findings of a rule on records of
    one key have in common where their ids are made of the records' content too (:func:`finding_group`); None where the key alone
    makes the id. ``answer`` is the site's, to the question of this finding. ``reading``: where the published rule and the text of
    the standard differ, what the text says, with its place, and why the finding is read so; the finding stands.
    """

    id: str
    rule: str
    cites: tuple[str, ...]
    severity: Severity
    stage: Stage
    dataset: str
    record: int | None
    subject: str | None
    variables: tuple[str, ...]
    values: Mapping[str, str]
    message: str
    query: str
    origins: tuple[Origin, ...] = ()
    status: FindingStatus | None = None
    explanation: str | None = None
    group: str | None = None
    answer: str | None = None
    reading: str | None = None


@dataclass(frozen=True)
class RuleOutcome:
    """What became of one rule in this run; ``reason`` says why it was skipped or could not run.

    ``told``: ids of findings that are not made, since another rule tells of the same fault in the raw record behind them.
    ``seconds`` that it took, 0 where nobody measured it. Of a conformance rule, ``source`` says whose it is (as
    :class:`RuleSource` calls it), and ``cites`` to which published rules it answers.
    """

    rule: str
    runner: Runner
    status: RuleStatus
    reason: str | None = None
    findings: int = 0
    severity: Severity | None = None
    message: str = ""
    dataset: str = ""
    told: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    source: str = ""
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """The day of the export, after which nothing in it can have happened; ``source`` says who says so."""

    date: date
    source: str


@dataclass(frozen=True)
class RuleSource:
    """Conformance rules that come from one place.

    ``name``: whose they are, ``origin``: where they were read. ``rules`` are for the run's standard, ``unreadable`` may be;
    ``sha256`` is of all that the source holds.
    """

    name: str
    origin: str
    rules: int
    unreadable: int
    sha256: str


@dataclass(frozen=True)
class Conformance:
    """The conformance rules of a run, by where they come from; ``missing`` says why CDISC's are not among them."""

    sources: tuple[RuleSource, ...]
    missing: str | None = None


@dataclass(frozen=True)
class RunInfo:
    """What was run, on what, by which versions; ``synthetic`` is the export's statement that its data are invented.

    ``exported`` is None where datasets were checked: no day of an export is known of them. ``conformance`` is None where no
    conformance rule belongs to the run.
    """

    study: str
    started: str
    standard: str
    ct: str
    versions: Mapping[str, str]
    inputs: tuple[Mapping[str, Any], ...]
    synthetic: str | None = None
    exported: Exported | None = None
    conformance: Conformance | None = None


@dataclass(frozen=True)
class DatasetCount:
    """How many records of a form or dataset a run has seen; ``files``: the files (and sheets) that a form was found in."""

    name: str
    label: str
    stage: Stage
    records: int
    files: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class SitePlace:
    """What a site calls what it is asked about: ``form``, the collected ``visit`` (``""``: none), and what it entered.

    ``by_site``: a site fills that form; ``entries``: the collected texts of the cells to mend by the header above them;
    ``number``: the subject's number as it is collected there, ``""`` where it is not known.
    """

    form: str
    visit: str
    by_site: bool
    entries: Mapping[str, str]
    number: str = ""


@dataclass(frozen=True)
class Query:
    """A question to a site, as a row of ``queries.csv``; ``id`` is the finding's."""

    id: str
    site: str
    subject: str
    visit: str
    form: str
    field: str
    value: str
    question: str
    state: QueryState
    answer: str


@dataclass(frozen=True)
class Results:
    """Everything a run found; what the reports, the gate and ``findings.json`` are made from.

    ``sites`` gives the SITEID of each subject that DM names, ``places`` by finding what a site calls the record it is asked
    about; both serve the reports and are not in the JSON. Without forms (datasets were checked) there are no places.

    ``outcomes`` are those of ``rules`` for each table apart; ``subjects`` those that DM names. ``history`` has an entry for each
    run before, the oldest first; without a previous run it is empty. ``stray_answers``: answers to what nobody asks (any more).
    ``pictures``: what reports draw of findings; they are not in the JSON either.
    """

    run: RunInfo
    findings: tuple[Finding, ...]
    rules: tuple[RuleOutcome, ...]
    datasets: tuple[DatasetCount, ...] = ()
    sites: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, SitePlace] | None = None
    resolved: tuple[Mapping[str, Any], ...] = ()
    not_assessed: tuple[Mapping[str, Any], ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()
    subjects: tuple[str, ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()
    queries: tuple[Query, ...] = ()
    stray_answers: tuple[Mapping[str, str], ...] = ()
    pictures: tuple[Picture, ...] = ()
