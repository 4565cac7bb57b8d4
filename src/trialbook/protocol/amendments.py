"""The protocol's versions (``protocol/amendments.yml``): what made each, and which of them a subject consented to."""

from __future__ import annotations

import datetime
import re
import unicodedata
from pathlib import Path
from typing import Self

import pandas as pd
from pydantic import Field, field_validator, model_validator

from trialbook.datasets.iso8601 import earliest
from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled

VERSIONS = "versions"
"""The folder of ``protocol/`` in which each version before the current one stands whole, under its name."""

_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]*[0-9A-Za-z])?")


class Version(SpecModel):
    """A version by its name, which is that of its folder too; ``consents``: the informed consent forms that carry it."""

    version: str
    consents: tuple[str, ...] = ()

    @field_validator("version")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError("a version is named by letters, digits, points, hyphens and underscores: a folder is called so")
        return name


class Amendment(Version, Sourced):
    """An amendment, and the ``version`` that it made of the one before.

    ``date``: when it was approved; ``effective``: from when on subjects consent to it; ``author``: who wrote it; ``rationale``:
    why it was made, as a whole; ``rationales``: why single things changed, by their identity in the list of changes
    (``eligibility.criteria.I1``).
    """

    number: int = Field(ge=1)
    date: datetime.date
    effective: datetime.date
    author: str = ""
    rationale: str = Field(min_length=1)
    rationales: dict[str, str] = {}


class Amendments(SpecModel):
    """``protocol/amendments.yml``; a study without it has one version, ``original``."""

    source: Source | None = None
    original: Version = Version(version="original")
    amendments: tuple[Amendment, ...] = ()

    @property
    def all(self) -> tuple[Version, ...]:
        """The original and what each amendment made of it, oldest first."""
        return (self.original, *self.amendments)

    @property
    def versions(self) -> tuple[str, ...]:
        """The names of the versions, oldest first; the last is the protocol as it stands."""
        return tuple(one.version for one in self.all)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        numbers = [one.number for one in self.amendments]
        if numbers != sorted(set(numbers)):
            raise ValueError(f"the amendments are not numbered upward ({', '.join(map(str, numbers))})")
        carried = [_seen(form) for one in self.all for form in one.consents]
        # Some file systems don't tell upper and lower case apart, and versions are folders.
        for what, names in (("version", [name.casefold() for name in self.versions]), ("informed consent form", carried)):
            refuse_doubled(what, names)
        return self

    def in_force(self, icf_version: pd.Series, consented: pd.Series) -> pd.Series:
        """The name of each subject's version, by the rules of :meth:`Protocol.in_force`; index of ``icf_version``."""
        first = pd.Series(self.versions[0], index=icf_version.index, dtype="str")
        if not self.amendments:
            return first
        moments = earliest(consented).to_numpy()
        by_date = first
        for one in self.amendments:
            began = earliest(pd.Series([one.effective.isoformat()])).iloc[0]
            by_date = by_date.mask(pd.Series(moments >= began, index=first.index), one.version)
        carried = {_seen(form): one.version for one in self.all for form in one.consents}
        by_form = icf_version.map({text: carried.get(_seen(text)) for text in icf_version.unique()})
        return by_form.where(by_form.notna(), by_date).astype("str")


def folder_of_versions(folder: Path) -> Path:
    """Where the versions before stand, for ``protocol/`` as for one of its versions, which has them beside it."""
    return folder.parent if folder.parent.name == VERSIONS else folder / VERSIONS


def _seen(text: str) -> str:
    """What a person takes for the same version: ``Ｖ１．０`` and ``v 1.0`` are ``V1.0``."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
