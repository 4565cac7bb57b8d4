"""A record as the text of a trial's page: headings on lines of their own, with what they say under them.

The page is that of ClinicalTrials.Veeva, which shows ClinicalTrials.gov's records (as of 2026). Its text has no marks of its own
for headings, so that the longest run of known headings in the page's order is taken for them; what stands before and after
(menus, a site's name, a copyright) is left aside.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.protocol.registry.criteria import read_eligibility, read_items
from trialbook.protocol.registry.record import Age, RecordArm, RecordForm, RecordIntervention, RegistryRecord
from trialbook.protocol.registry.terms import is_term, phases, term

GROUPS = "participants in patient groups"
FOOTER = "data sourced from clinicaltrials.gov"
# In the order of the page. The last ends it.
HEADINGS = (
    "status and phase",
    "conditions",
    "treatments",
    "study type",
    "funder types",
    "identifiers",
    "details and patient eligibility",
    "about",
    "full description",
    "enrollment",
    "sex",
    "ages",
    "volunteers",
    "inclusion criteria",
    "exclusion criteria",
    "inclusion and exclusion criteria",
    "trial design",
    "primary purpose",
    "allocation",
    "interventional model",
    "observational model",
    "masking",
    GROUPS,
    "trial documents",
    "trial contacts and locations",
    "central trial contact",
    FOOTER,
)
FEWEST_HEADINGS, MOST_WORDS_OF_A_BUTTON = 4, 3
_ORDER = {heading: position for position, heading in enumerate(HEADINGS)}
_GROUPS = re.compile(r"[\d,]+ participants? in [\d,]+ patient groups?\b.*", re.IGNORECASE)
_INSTEAD = {"condition": "conditions", "enrolment": "enrollment", "eligibility criteria": "inclusion and exclusion criteria"}
_LIMIT = re.compile(r"(\d+)\s*(\+)?\s*(year|month|week|day|hour|minute)?", re.IGNORECASE)
_UPPER = re.compile(r"\b(?:up to|under|younger|maximum|at most|less than)\b|<|≤", re.IGNORECASE)
_NOISE = re.compile(r"(?:loading|show (?:all|more|less)|see (?:all|more|less)|and \d+ more)\b.*", re.IGNORECASE)


def read_page(text: str, file: Path | str) -> RegistryRecord:
    """The record of a page's text. Raises TrialbookError where the page's headings or the trial's identifier are not there."""
    lines = [line.replace("\u00a0", " ").rstrip() for line in text.splitlines()]
    found = _headings(lines)
    if len(found) < FEWEST_HEADINGS:
        names = ", ".join(heading for heading, _ in found) or "none"
        raise TrialbookError(
            f"is no registry record: of the headings of a trial's page it has {names}",
            file=file,
            remedy="Give the text of the trial's whole page (with headings such as “Status and phase” and “Inclusion criteria”), "
            "or the record as ClinicalTrials.gov's API v2 gives it (JSON).",
        )
    ends = [start for _, start in found[1:]] + [len(lines)]
    sections = {heading: lines[start + 1 : end] for (heading, start), end in zip(found, ends, strict=True)}
    first, last = found[0][1], next((start for heading, start in found if heading == FOOTER), len(lines))
    if not _words(sections, "identifiers"):
        raise TrialbookError(
            "names no trial: there is no identifier under the heading “Identifiers”", file=file, remedy="Copy the whole page."
        )
    title, sponsor = _above(lines[:first])
    begin = next((index for index, line in enumerate(lines[:first]) if title and line.strip() == title), first)
    groups = next((start for heading, start in found if heading == GROUPS), None)
    return _record(sections, title, sponsor, lines[groups] if groups is not None else "", "\n".join(lines[begin:last]))


def _record(sections: Mapping[str, list[str]], title: str, sponsor: str, groups: str, text: str) -> RegistryRecord:
    def one(heading: str) -> str:
        return next(iter(_words(sections, heading)), "")

    identifier, *other_ids = _words(sections, "identifiers")
    status, stages = _status(_words(sections, "status and phase"))
    both = read_eligibility("\n".join(sections.get("inclusion and exclusion criteria", ())))
    inclusion, lead = read_items(_without_buttons(sections.get("inclusion criteria", ())))
    exclusion, trail = read_items(_without_buttons(sections.get("exclusion criteria", ())))
    enrolment, enrolment_type = _enrolment(one("enrollment"), groups)
    youngest, oldest = _ages(one("ages"))
    contacts = _words(sections, "trial contacts and locations")
    return RegistryRecord(
        identifier=identifier,
        form=RecordForm.PAGE,
        other_ids=tuple(other_ids),
        title=title,
        sponsor=sponsor,
        funder_type=term("funder_type", one("funder types")),
        status=term("status", status),
        study_type=term("study_type", one("study type")),
        phases=stages,
        conditions=_words(sections, "conditions"),
        summary="\n".join(_words(sections, "about")),
        description="\n".join(_words(sections, "full description")),
        enrolment=enrolment,
        enrolment_type=enrolment_type,
        sex=term("sex", one("sex")),
        minimum_age=youngest,
        maximum_age=oldest,
        healthy_volunteers=_volunteers(one("volunteers")),
        inclusion=inclusion + both.inclusion,
        exclusion=exclusion + both.exclusion,
        remarks=(*lead, *trail, *both.remarks),
        purpose=term("purpose", one("primary purpose")),
        allocation=term("allocation", one("allocation")),
        model=term("model", one("interventional model") or one("observational model")),
        masking=term("masking", one("masking")),
        arms=_arms(list(_words(sections, GROUPS))),
        interventions=tuple(_intervention(line) for line in _words(sections, "treatments")),
        sites=next((int(line.replace(",", "")) for line in contacts if re.fullmatch(r"[\d,]*\d", line)), None),
        contacts=_words(sections, "central trial contact"),
        text=text,
    )


def _headings(lines: list[str]) -> list[tuple[str, int]]:
    """The longest run of headings in the page's order, the later of two equal ones; each with the index of its line."""
    spots = [(_ORDER[heading], index) for index, line in enumerate(lines) if (heading := _heading(line)) in _ORDER]
    tails: list[int] = []
    chains: list[tuple[int, ...]] = []
    for position, (order, _) in enumerate(spots):
        at = bisect_left(tails, order)
        chain = (*chains[at - 1], position) if at else (position,)
        tails[at : at + 1], chains[at : at + 1] = [order], [chain]
    return [(HEADINGS[spots[position][0]], spots[position][1]) for position in chains[-1]] if chains else []


def _heading(line: str) -> str:
    words = " ".join(line.split()).rstrip(":").casefold()
    if _GROUPS.fullmatch(words):
        return GROUPS
    return FOOTER if words.startswith(FOOTER) else _INSTEAD.get(words, words)


def _words(sections: Mapping[str, list[str]], heading: str) -> tuple[str, ...]:
    """The lines under a heading without bullets, blank ones and what the page shows in place of more."""
    lines = (" ".join(line.split()).removeprefix("• ").removeprefix("* ") for line in sections.get(heading, ()))
    return tuple(line for line in lines if line and not _NOISE.fullmatch(line))


def _without_buttons(lines: Sequence[str]) -> list[str]:
    """Criteria without what opens or closes a long list of them: ``Show more``."""
    return [line for line in lines if len(line.split()) > MOST_WORDS_OF_A_BUTTON or not _NOISE.fullmatch(line.strip())]


def _above(lines: list[str]) -> tuple[str, str]:
    """Title and sponsor, the last lines before the first heading; between them the page may show the sponsor's first letter."""
    texts = [" ".join(line.split()) for line in lines if line.strip()]
    if len(texts) < 2:
        return "".join(texts), ""
    *before, sponsor = texts
    if len(before) > 1 and len(before[-1]) <= 2 and sponsor.upper().startswith(before[-1][0].upper()):
        before.pop()
    return before[-1], sponsor


def _status(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    stages = tuple(dict.fromkeys(stage for line in words for stage in phases(line) if is_term("phase", stage)))
    return next((line for line in words if not is_term("phase", next(iter(phases(line)), ""))), ""), stages


def _enrolment(words: str, groups: str) -> tuple[int | None, str]:
    number = re.search(r"\d[\d,]*", words) or re.match(r"\d[\d,]*", groups.strip())
    if number is None:
        return None, ""
    estimated = re.search(r"estimated|anticipated|planned", words, re.IGNORECASE)
    return int(number[0].replace(",", "")), "ESTIMATED" if estimated else "ACTUAL" if words else ""


def _ages(words: str) -> tuple[Age | None, Age | None]:
    """``18 to 70 years old``, ``6 months to 17 years old``, ``18+ years old``, ``Under 18 years old``."""
    limits = [(int(count), plus, unit.lower()) for count, plus, unit in _LIMIT.findall(words)]
    if not limits:
        return None, None
    (first, plus, unit), *rest = limits
    if rest:
        second, _, last_unit = rest[0]
        return Age(first, unit or last_unit or "year"), Age(second, last_unit or "year")
    age = Age(first, unit or "year")
    return (None, age) if _UPPER.search(words) and not plus else (age, None)


def _volunteers(words: str) -> bool | None:
    if not words:
        return None
    return re.match(r"(?:no|not|doesn.t|does not)\b", words, re.IGNORECASE) is None


def _intervention(line: str) -> RecordIntervention:
    kind, colon, name = line.partition(":")
    if colon and is_term("intervention_type", kind):
        return RecordIntervention(term("intervention_type", kind), name.strip())
    return RecordIntervention("", line)


def _arms(lines: list[str]) -> tuple[RecordArm, ...]:
    """The groups: a label, its type, then under their words a description and what is given."""
    starts = _labels(lines)
    return tuple(_arm(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=False))


def _labels(lines: list[str]) -> list[int]:
    """Where the groups begin: before the lines that are types; where none is (an observational study), before their parts."""
    pairs = list(itertools.pairwise(lines))
    typed: list[int] = []
    for index, (line, after) in enumerate(pairs):
        # A type is no label, even where the label after it is named like a type.
        if is_term("arm_type", after) and not _part(line) and index - 1 not in typed:
            typed.append(index)
    if typed:
        return typed
    labels: list[int] = []
    within = ""
    for index, (line, after) in enumerate(pairs):
        if not _part(line) and (_part(after) == "description" or (_part(after) and within != "description")):
            labels.append(index)
        within = _part(line) or within
    return labels


def _arm(lines: list[str]) -> RecordArm:
    label, *rest = lines
    kind = term("arm_type", rest.pop(0)) if rest and is_term("arm_type", rest[0]) else ""
    parts: dict[str, list[str]] = {"description": [], "treatment": []}
    part = "description"
    for line in rest:
        name = _part(line)
        if name:
            part = name
            line = line.partition(":")[2].strip()
        if line:
            parts[part].append(line)
    return RecordArm(label, kind, "\n".join(parts["description"]), tuple(parts["treatment"]))


_PARTS: tuple[tuple[str, Callable[[str], re.Match[str] | None]], ...] = (
    ("description", re.compile(r"description:.*", re.IGNORECASE).fullmatch),
    ("treatment", re.compile(r"treatments?:.*", re.IGNORECASE).fullmatch),
)


def _part(line: str) -> str:
    return next((name for name, matches in _PARTS if matches(line)), "")
