"""The kit's own questions to sites, in the languages of a study: the texts stand in ``questions.yml``, an entry a kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from ruamel.yaml import YAML

from trialbook.mapping import FormSpec

BETWEEN_LANGUAGES = " / "
_NAME = re.compile(r"\{(\w+)\}")
_DATE_PART = re.compile(r"mmm|[ymdHMS]")
_WRITTEN = {"y": "YYYY", "m": "MM", "mmm": "MMM", "d": "DD", "H": "HH", "M": "MM", "S": "SS"}


class Questions:
    """The questions of a study: each text in every one of ``languages``, in that order, joined by `` / ``.

    Labels of columns are taken to be in the first language. Raises ValueError for a language that the catalogue has not.
    """

    def __init__(self, languages: Sequence[str] = ("en",)):
        known = catalogue_languages()
        unknown = [language for language in languages if language not in known]
        if unknown or not languages:
            found = f"; found {', '.join(unknown)}" if unknown else ""
            raise ValueError(f"the kit asks in {', '.join(known)}{found}")
        self.languages = tuple(languages)

    def ask(self, kind: str, **names: str | Sequence[str]) -> str:
        """A question about a table's records; ``names`` fill the ``{name}`` of its text, lists as the language has them."""
        return BETWEEN_LANGUAGES.join(_filled(kind, language, names) for language in self.languages)

    def ask_about(self, spec: FormSpec, kind: str, column: str = "", **names: str | Sequence[str]) -> str:
        """A question about one record of a form, which is named by what the site entered as its key.

        With ``column`` the question is about its cell: ``{field}`` is its label and name, ``{value}`` the record's value.
        """
        if column:
            names |= {"field": field_name(spec, column), "value": f"{{{column}}}"}
        asked = (self._record(spec, column, language) + _filled(kind, language, names) for language in self.languages)
        return BETWEEN_LANGUAGES.join(asked)

    def _record(self, spec: FormSpec, asked: str, language: str) -> str:
        """The keys of the record but for the column that is asked about; ``""`` where that is the only one."""
        own = language == self.languages[0]
        keys = []
        for key in spec.keys:
            if key != asked:
                name = spec.columns[key].label if own else ""
                keys.append(_filled("KEY-VALUE", language, {"name": name or key, "value": f"{{{key}}}"}))
        return _filled("RECORD", language, {"keys": keys}) if keys else ""


def field_name(spec: FormSpec, column: str) -> str:
    """A column as a site and a data manager both know it: its label and its name."""
    label = spec.columns[column].label
    return f"{label} {column}" if label and label != column else column


def written_format(form: str) -> str:
    """A column's format of dates as people write it: ``y/m/d`` is ``YYYY/MM/DD``, ``H:M`` is ``HH:MM``."""
    return _DATE_PART.sub(lambda found: _WRITTEN[found.group()], form)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """The texts by kind and language."""
    text = resources.files("trialbook.checks").joinpath("questions.yml").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = YAML(typ="safe").load(text)
    return read


@cache
def catalogue_languages() -> tuple[str, ...]:
    """The languages that every kind has."""
    first, *others = catalogue().values()
    return tuple(language for language in first if all(language in texts for texts in others))


def placeholders(text: str) -> set[str]:
    """The names in braces of a text."""
    return set(_NAME.findall(text))


def _filled(kind: str, language: str, names: Mapping[str, str | Sequence[str]]) -> str:
    texts = catalogue()

    def fill(found: re.Match[str]) -> str:
        filling = names[found.group(1)]
        return filling if isinstance(filling, str) else texts["LIST"][language].join(filling)

    return _NAME.sub(fill, texts[kind][language])
