"""How the trial is built (``protocol/design.yml``): epochs, elements, the arms' paths through them, and what the trial summary
states that no other part of the protocol does.

Texts name facts of other parts in braces (:mod:`trialbook.protocol.composed`); ``Protocol.design`` has them composed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from trialbook.protocol.composed import compose
from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecFile, SpecModel, refuse_doubled

LONGEST = {"etcd": 8, "element": 40, "armcd": 20}
"""SDTMIG 3.4 sections 7.2.1 and 7.2.2: ETCD and ELEMENT; ARMCD may have 20."""
LONGEST_TEXT = 200
"""What a transport file holds; only TSVAL goes on in further variables."""
NULL_FLAVORS = (
    "ASKU", "DER", "INV", "MSK", "NA", "NASK", "NAV", "NAVU", "NI", "NINF", "OTH", "PINF", "QS", "TRC", "UNC", "UNK",
)  # fmt: skip
"""ISO 21090, as SDTMIG 3.4 section 7.4.2 has them for TSVALNF."""
DURATION = re.compile(r"P(?=.)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)")
FACTS_OF_DESIGN = ("study", "visits", "interventions")
"""The parts of the protocol whose facts a text here may name, beside ``settings``."""


class Setting(Sourced):
    """A number that texts here name."""

    value: float


class Epoch(Sourced):
    """A period of the trial: a term of the codelist EPOCH."""

    epoch: str


class Element(Sourced):
    """A building block of an arm (TE): ``starts`` is TESTRL, ``ends`` TEENRL, ``duration`` TEDUR."""

    etcd: str
    element: str
    starts: str = Field(min_length=1)
    ends: str = ""
    duration: str = ""

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if not self.ends and not self.duration:
            raise ValueError("says neither how it ends nor how long it lasts (SDTMIG 3.4 section 7.2.2)")
        return self


class Step(Sourced):
    """An element in an arm's path: ``branch`` is TABRANCH, where subjects part; ``transition`` TATRANS, a way off the path."""

    etcd: str
    epoch: str
    branch: str = ""
    transition: str = ""


class ArmPath(Sourced):
    """The elements that an arm of ``study.yml`` goes through, in their order (TA)."""

    armcd: str
    path: Annotated[tuple[Step, ...], Field(min_length=1)]


class VisitRule(Sourced):
    """How a visit of ``visits.yml`` starts and ends (TV), where its day alone does not say.

    ``epoch``: that of what is done at the visit, where its date alone can't tell: the day on which one epoch ends and the next
    begins.
    """

    visit: str
    starts: str = Field(min_length=1)
    ends: str = ""
    epoch: str = ""


class Parameter(Sourced):
    """A record of the trial summary (TS): a value, or why there is none; ``note`` says what a null flavor stands for.

    ``code``, ``dictionary`` and ``version``: TSVALCD, TSVCDREF and TSVCDVER of a value that is of no code list of CDISC;
    ``label``: TSPARM of a parameter that CDISC does not have.
    """

    parameter: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")
    value: str = ""
    null_flavor: str = ""
    code: str = ""
    dictionary: str = ""
    version: str = ""
    label: str = Field(default="", max_length=40)

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if bool(self.value.strip()) == bool(self.null_flavor):
            raise ValueError("takes either a value or a null_flavor that says why there is none")
        if self.null_flavor and self.null_flavor not in NULL_FLAVORS:
            raise ValueError(f"{self.null_flavor} is no null flavor; ISO 21090 has {', '.join(NULL_FLAVORS)}")
        if self.null_flavor and not self.note:
            raise ValueError("needs a note that says why there is no value")
        if self.null_flavor and (self.code or self.dictionary):
            raise ValueError("has a code or a dictionary, and no value that they are of")
        if self.code and not self.dictionary:
            raise ValueError("has a code, and no dictionary that it is of")
        return self


class TrialDesign(SpecModel):
    """``protocol/design.yml``; ``source`` is that of each statement which does not name its own."""

    source: Source = Source.ASSUMPTION
    settings: dict[str, Setting] = {}
    epochs: tuple[Epoch, ...] = ()
    elements: tuple[Element, ...] = ()
    arms: tuple[ArmPath, ...] = ()
    visits: tuple[VisitRule, ...] = ()
    summary: tuple[Parameter, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = {
            "epoch": [one.epoch for one in self.epochs],
            "ETCD": [one.etcd for one in self.elements],
            "path of the ARMCD": [one.armcd for one in self.arms],
            "rule of the visit": [one.visit for one in self.visits],
        }
        for what, names in named.items():
            refuse_doubled(what, names)
        return self

    @property
    def element(self) -> dict[str, Element]:
        """The elements by ETCD."""
        return {one.etcd: one for one in self.elements}

    @property
    def epoch_of_visit(self) -> dict[str, str]:
        """The epoch by visit, of those visits that state theirs."""
        return {one.visit: one.epoch for one in self.visits if one.epoch}

    @property
    def path(self) -> dict[str, tuple[Step, ...]]:
        """The arms' paths by ARMCD."""
        return {one.armcd: one.path for one in self.arms}

    def value(self, parameter: str) -> str:
        """The first value that the trial summary here states of a parameter; empty where there is none."""
        return next((one.value for one in self.summary if one.parameter == parameter), "")


def load_design(file: SpecFile, facts: Mapping[str, object]) -> TrialDesign:
    """``design.yml`` with its texts composed; ``facts`` are the parts of the protocol that they name.

    Raises :class:`~trialbook.errors.SpecError` with file and line: a text that names what is not there, an element or an epoch of
    a path that the file does not have, a text that is too long for its variable or not ASCII.
    """
    written = file.parse(TrialDesign)
    parts = dict(facts)
    parts["settings"] = {name: one.value for name, one in written.settings.items()}
    design = written.model_copy(
        update={
            "elements": _composed(file, "elements", written.elements, parts),
            "arms": _paths(file, written.arms, parts),
            "visits": _composed(file, "visits", written.visits, parts),
            "summary": _composed(file, "summary", written.summary, parts),
        }
    )
    for location, problem in _problems(design):
        raise file.error(location, problem)
    return design


def _composed[StatementT: Sourced](
    file: SpecFile, place: str, items: tuple[StatementT, ...], parts: Mapping[str, object], above: tuple[str | int, ...] = ()
) -> tuple[StatementT, ...]:
    return tuple(_statement(file, (*above, place, index), one, parts) for index, one in enumerate(items))


def _statement[StatementT: Sourced](
    file: SpecFile, location: tuple[str | int, ...], one: StatementT, parts: Mapping[str, object]
) -> StatementT:
    """The statement with its texts composed; what tells of it (note, quote) stays as it is."""
    texts = {}
    for name in type(one).model_fields:
        text = getattr(one, name)
        if isinstance(text, str) and name not in Sourced.model_fields:
            try:
                texts[name] = " ".join(compose(text, parts).split())
            except LookupError as error:
                raise file.error([*location, name], str(error.args[0])) from None
    return one.model_copy(update=texts)


def _paths(file: SpecFile, arms: tuple[ArmPath, ...], parts: Mapping[str, object]) -> tuple[ArmPath, ...]:
    return tuple(
        one.model_copy(update={"path": _composed(file, "path", one.path, parts, ("arms", index))})
        for index, one in enumerate(arms)
    )


def _problems(design: TrialDesign) -> Iterator[tuple[list[str | int], str]]:
    """What is wrong in the file itself, by its place."""
    epochs = [one.epoch for one in design.epochs]
    for index, one in enumerate(design.elements):
        yield from _texts(["elements", index], one)
        if one.duration and not DURATION.fullmatch(one.duration):
            yield ["elements", index, "duration"], f"{one.duration!r} is no duration of ISO 8601, such as P6M"
    for what in ("element", "starts"):
        seen: dict[str, str] = {}
        for index, one in enumerate(design.elements):
            whole = one.element if what == "element" else f"{one.starts}|{one.ends}|{one.duration}"
            if whole in seen:
                told = "has the same description as" if what == "element" else "starts, ends and lasts as"
                yield ["elements", index], f"{one.etcd} {told} {seen[whole]}: an element is told by it (CDISC's CG0154, CG0325)"
            seen[whole] = one.etcd
    for index, arm in enumerate(design.arms):
        yield from _texts(["arms", index], arm)
        for number, step in enumerate(arm.path):
            at: list[str | int] = ["arms", index, "path", number]
            yield from _texts(at, step)
            if step.etcd not in design.element:
                there = ", ".join(design.element) or "none"
                yield [*at, "etcd"], f"there is no element {step.etcd!r} among the elements here ({there})"
            if step.epoch not in epochs:
                yield [*at, "epoch"], f"there is no epoch {step.epoch!r} among the epochs here ({', '.join(epochs) or 'none'})"
    for index, rule in enumerate(design.visits):
        yield from _texts(["visits", index], rule)
        if rule.epoch and rule.epoch not in epochs:
            there = ", ".join(epochs) or "none"
            yield ["visits", index, "epoch"], f"there is no epoch {rule.epoch!r} among the epochs here ({there})"
    for index, parameter in enumerate(design.summary):
        yield from _texts(["summary", index], parameter, long=("value",))


def _texts(at: list[str | int], one: Sourced, long: tuple[str, ...] = ()) -> Iterator[tuple[list[str | int], str]]:
    """Texts that do not fit their variables."""
    for name in type(one).model_fields:
        text = getattr(one, name)
        if not isinstance(text, str) or name in Sourced.model_fields:
            continue
        most = LONGEST.get(name, LONGEST_TEXT)
        if len(text) > most and name not in long:
            yield [*at, name], f"has {len(text)} characters, and its variable takes {most}: {text!r}"
        if not text.isascii():
            other = next(letter for letter in text if not letter.isascii())
            yield [*at, name], f"{other!r} is not ASCII, which SDTM's datasets are written in: {text!r}"
        elif not text.isprintable():
            yield [*at, name], f"has a character that is not printed: {text!r}"
