"""The expressions of eligibility, parsed, with what they name held against the items and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from trialbook.errors import SpecError
from trialbook.expressions import ConstantValue, Expression, ExpressionError, parse
from trialbook.expressions.conditions import And, Condition
from trialbook.protocol.eligibility.spec import EligibilitySpec, Item, ItemType, Reading, Setting
from trialbook.specfile import SpecFile

_KINDS = {
    "number": (ItemType.NUMBER, ItemType.WHOLE_NUMBER),
    "date": (ItemType.DATE,),
    "text": (ItemType.CHOICE, ItemType.DATE, ItemType.TEXT, ItemType.IDENTIFIER),
}


@dataclass(frozen=True)
class Rule:
    """One expression in force; ``reading`` is the choice of ``setting`` by which it is, empty where nothing is chosen.

    ``readings`` has the expression of each choice, also of those that are not in force.
    """

    expression: Expression
    setting: str = ""
    reading: str = ""
    readings: Mapping[str, Expression] = field(default_factory=dict, hash=False)

    @property
    def settings(self) -> frozenset[str]:
        """The settings that it follows."""
        return self.expression.constants | ({self.setting} if self.setting else set())


class Compiled:
    """Every expression of ``spec``; ``criteria`` and ``contradictions`` have those in force, ``named`` all names in any of them.

    ``values`` are those of the settings: of one that is not among them a 1 stands in, so that the expressions can be read.
    Raises SpecError with the line of ``file``.
    """

    def __init__(self, spec: EligibilitySpec, values: Mapping[str, ConstantValue], file: SpecFile | None):
        self._file = file
        self._items = {one.name: one for one in spec.items}
        self._settings = {one.name: one for one in spec.settings}
        self._constants = {name: values.get(name, Decimal(1)) for name in self._settings}
        self.named: set[str] = {one.unit_of for one in spec.items if one.unit_of}
        self.criteria: dict[str, tuple[Rule, ...]] = {}
        for number, criterion in enumerate(spec.criteria):
            place: list[str | int] = ["criteria", number, "logic"]
            listed = file is not None and isinstance(file.data["criteria"][number]["logic"], list)
            parts = enumerate(criterion.logic)
            self.criteria[criterion.id] = tuple(self._rule(part, [*place, at] if listed else place) for at, part in parts)
        self.contradictions = {
            one.name: Rule(self._expression(one.when, ["contradictions", number, "when"]))
            for number, one in enumerate(spec.contradictions)
        }

    @property
    def read(self) -> frozenset[str]:
        """The items that the expressions in force name."""
        rules = [*self.contradictions.values(), *(rule for rules in self.criteria.values() for rule in rules)]
        return frozenset().union(*(rule.expression.names for rule in rules))

    def condition(self, criterion: str) -> Condition:
        """All expressions of a criterion as one."""
        parts = tuple(rule.expression.condition for rule in self.criteria[criterion])
        return parts[0] if len(parts) == 1 else And(parts)

    def _rule(self, part: str | Reading, place: list[str | int]) -> Rule:
        if isinstance(part, str):
            return Rule(self._expression(part, place))
        setting = self._settings.get(part.setting)
        choices = [] if setting is None else list(setting.choices)
        if setting is None or not choices:
            raise self._error([*place, "setting"], f"{part.setting} is no setting with choices")
        if set(choices) != set(part.readings):
            raise self._error(
                [*place, "readings"], f"has readings for {', '.join(part.readings)}; the choices are {', '.join(choices)}"
            )
        self.named.add(part.setting)
        read = {choice: self._expression(text, [*place, "readings", choice]) for choice, text in part.readings.items()}
        chosen = self._constants[part.setting]
        assert isinstance(chosen, str)
        return Rule(read[chosen], part.setting, chosen, read)

    def _expression(self, text: str, place: list[str | int]) -> Expression:
        try:
            expression = parse(text, self._constants)
        except ExpressionError as error:
            where = f"column {error.column} of {text!r}: " if error.column else ""
            raise self._error(place, where + error.what) from None
        for name in sorted(expression.names | expression.terms):
            if name not in self._items:
                raise self._error(place, f"{name} is neither an item nor a setting")
        if expression.terms:
            raise self._error(place, "term(…) asks for code lists, and an item is its own term")
        for name in sorted(expression.constants):
            if wrong := _chooses(self._settings[name]):
                raise self._error(place, wrong)
        for use in sorted(expression.uses, key=str):
            if wrong := misused(self._items[use.column], use.kind, use.text):
                raise self._error(place, wrong)
        self.named |= expression.names | expression.constants
        return expression

    def _error(self, place: list[str | int], what: str) -> SpecError:
        return SpecError(what) if self._file is None else self._file.error(place, what)


def misused(item: Item, kind: str, text: str) -> str:
    """What is wrong about comparing an item as text, number or date; with ``text``, that it never takes. Empty if nothing is."""
    if item.type not in _KINDS[kind]:
        return f"{item.name} is compared as a {kind}, and is {item.type}"
    if text and item.values and text not in item.values:
        return f"{item.name} never is {text!r}; it takes {', '.join(item.values)}"
    return ""


def _chooses(setting: Setting) -> str:
    return f"{setting.name} chooses between readings, and is nothing to compare with" if setting.choices else ""
