"""How the items by which eligibility is judged are made from the forms (``sdtm_specs/eligibility.yml``)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from trialbook.mapping.domain_spec import FILLED_LATER, DomainSpec, Records, VariableSpec
from trialbook.mapping.form_spec import ColumnSpec, FormSpec
from trialbook.specfile import SpecModel

ITEMS = "eligibility"
"""The name of the file."""


class Answers(SpecModel):
    """The form in which the site answers each criterion: its columns with the criterion's id and with the answer, Y or N."""

    form: str
    criterion: str
    answer: str


class ItemsSpec(SpecModel):
    """The item table: one record for each subject of the records' form; ``variables`` are the items of the protocol.

    An item that is not named here, or that the export gives nothing for, is unknown. ``answers``: where the site says itself
    which criteria are met.
    """

    records: tuple[Records, ...] = Field(min_length=1)
    variables: dict[str, VariableSpec]
    answers: Answers | None = None

    @model_validator(mode="after")
    def _from_raw_records(self) -> Self:
        for kind in (self.variables, *(records.variables for records in self.records)):
            for name, ways in kind.items():
                if ways[0].operation in FILLED_LATER:
                    raise ValueError(f"{name}: {ways[0].operation} is for the variables of a dataset, not for items")
        return self

    @property
    def as_domain(self) -> DomainSpec:
        """The table as what fills it reads a domain; it has no keys, and no dataset comes of it."""
        return DomainSpec.model_construct(domain="IE", records=self.records, variables=self.variables)


VERDICTS = FormSpec(
    form="VERDICT",
    title="The protocol's verdict on each subject that was screened",
    tables=("VERDICT",),
    subject="SUBJID",
    keys=("SUBJID",),
    required=False,
    by_site=False,
    columns={"SUBJID": ColumnSpec(label="Subject"), "VERDICT": ColumnSpec(label="Verdict")},
)
EXCEPTIONS = FormSpec(
    form="EXCEPTION",
    title="Each inclusion that a subject does not meet, and each exclusion that applies to it, by the protocol",
    tables=("EXCEPTION",),
    subject="SUBJID",
    keys=("SUBJID", "CRITERION"),
    required=False,
    by_site=False,
    columns={
        "SUBJID": ColumnSpec(label="Subject"),
        "CRITERION": ColumnSpec(label="Criterion of the protocol"),
        "CATEGORY": ColumnSpec(label="INCLUSION or EXCLUSION"),
        "TESTCD": ColumnSpec(label="Short name of the criterion, as in TI"),
        "TEXT": ColumnSpec(label="Text of the criterion, as in TI"),
        "RESULT": ColumnSpec(label="N: the inclusion is not met; Y: the exclusion applies"),
    },
)
JUDGED = {spec.form: spec for spec in (VERDICTS, EXCEPTIONS)}
"""What a domain may take its records from, and join, beside the forms of the export: made by judging the items."""
