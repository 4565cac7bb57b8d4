"""Transplants and other anti-leukemic therapy after randomization: where they lie in the subject's course.

They are the intercurrent event THERAPY of ``protocol/objectives.yml``, so their dates decide what counts for an endpoint. Why
they are given, ``therapy_reason.py`` asks, and what a transplant was, ``hsct.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.checks import FormReader, RawForm, Severity, against, before, once, position_of, rule, value_at
from trialbook.checks.against import Against

DRUG = "PEGIFN"
INJECTIONS = {"EX": ["DOSE_NO", "PLANNED_DAT", "ADMIN_DAT", "GIVEN_YN"], "DM": []}


@dataclass(frozen=True)
class Words:
    """How questions name the therapy of a form: in Chinese, in English, and in messages; ``date`` is the column of its start."""

    date: str
    chinese: str
    english: str
    what: str


HSCT = Words("HSCT_DAT", "移植（{HSCT_DAT}）", "The transplant of {HSCT_DAT}", "The transplant")
OTHER = Words("START", "后续治疗“{TX}”（{START} 开始）", "{TX}, begun on {START},", "The therapy")


@once
def last_injection(
    read: FormReader, of: pd.Series, begun: pd.Series, ex: pd.DataFrame, dm: pd.DataFrame
) -> tuple[pd.Series, np.ndarray]:
    """Whether an injection was both planned for and given after the therapy of each subject began, and the last such one.

    One date alone may be mistyped.
    """
    given = read.term(ex, "GIVEN_YN", "EX") == "Y"
    dates = {name: read.date(ex, name, "EX") for name in ("ADMIN_DAT", "PLANNED_DAT")}
    whose = read.derivation("first_screening_number")(read.cells(ex, "SUBJID", "EX"), dm)
    log = pd.DataFrame({"of": whose, **dates, "at": np.arange(len(ex))})[given]
    asked = pd.DataFrame({"of": of.to_numpy(), "begun": begun.to_numpy(), "record": np.arange(len(of))})
    pairs = asked[(asked["of"] != "") & (asked["begun"] != "")].merge(log, on="of")
    pairs = pairs[before(pairs["begun"], pairs["ADMIN_DAT"]) & before(pairs["begun"], pairs["PLANNED_DAT"])]
    last = pairs.sort_values("PLANNED_DAT", kind="stable").drop_duplicates("record", keep="last").set_index("record")["at"]
    at = last.reindex(np.arange(len(of))).fillna(-1).to_numpy(dtype=np.int64)
    return pd.Series(at >= 0, index=of.index), at


def begun(form: str, words: Words, ids: tuple[str, ...]) -> type[RawForm]:
    """The model of a form's rules about when its therapy began; ``ids`` are theirs, in the order in which they stand here."""
    date = words.date
    before_day_1, injected, ended_later, after_end = ids

    class Begun(RawForm, form=form, across=False):
        @classmethod
        def of(cls, frame: pd.DataFrame, dm: pd.DataFrame, form: str | None = None) -> pd.Series:
            """The first screening number of each record's subject."""
            return cls.derivation("first_screening_number")(cls.cells(frame, "SUBJID", form), dm)

        @classmethod
        def at_end(cls, frame: pd.DataFrame, disp: pd.DataFrame, dm: pd.DataFrame) -> np.ndarray:
            """The position of the record that has the end of treatment of each record's subject."""
            of = cls.of(disp, dm, "DISP").where(cls.cells(disp, "EOT_DAT", "DISP") != "", "")
            return position_of(pd.DataFrame({"of": of}), pd.DataFrame({"of": cls.of(frame, dm)}))

        @rule(
            before_day_1,
            Severity.ERROR,
            f"{words.what} lies before randomization",
            variables=[date, "SUBJID"],
            mend=[date],
            reads={"RAND": ["RAND_DTTM"], "DM": []},
            query=f"{words.chinese}早于随机日期 {{RAND.RAND_DTTM}}，请核实日期；随机前的治疗请填写在相应的病史表中。 / "
            f"{words.english} lies before randomization ({{RAND.RAND_DTTM}}): please check the date; what was before belongs to "
            "the history.",
        )
        def after_randomization(cls, frame: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> Against:
            at = position_of(pd.DataFrame({"of": cls.of(rand, dm, "RAND")}), pd.DataFrame({"of": cls.of(frame, dm)}))
            day = value_at(cls.date(rand, "RAND_DTTM", "RAND"), at, frame.index)
            return against(~before(cls.date(frame, date), day), RAND=at)

        @rule(
            injected,
            Severity.ERROR,
            f"An injection was given after {words.what.lower()} began",
            variables=[date, "SUBJID"],
            mend=[date, "EX.ADMIN_DAT", "EX.GIVEN_YN"],
            reads=INJECTIONS,
            query=f"{words.chinese}之后仍有干扰素给药记录（第 {{EX.DOSE_NO}} 次，{{EX.ADMIN_DAT}}），请核实。 / "
            f"{words.english} lies before injection {{EX.DOSE_NO}} of interferon, given on {{EX.ADMIN_DAT}}: please check both.",
            told_by=[before_day_1],
        )
        def not_beside_interferon(cls, frame: pd.DataFrame, ex: pd.DataFrame, dm: pd.DataFrame) -> Against:
            wrong, at = last_injection(cls.reader, cls.of(frame, dm), cls.date(frame, date), ex, dm)
            return against(~wrong, EX=at)

        @rule(
            ended_later,
            Severity.ERROR,
            f"Study treatment, or the observation in its place, ends after {words.what.lower()} began",
            variables=[date, "SUBJID"],
            mend=[date, "DISP.EOT_DAT"],
            reads=INJECTIONS | {"DISP": ["EOT_DAT", "EOT_REASON"]},
            query=f"{words.chinese}早于研究治疗（观察）结束日期 {{DISP.EOT_DAT}}，请核实两个日期。 / "
            f"{words.english} lies before the end of study treatment (or observation) on {{DISP.EOT_DAT}}: please check both "
            "dates.",
            told_by=[before_day_1],
        )
        def treatment_ends_first(cls, frame: pd.DataFrame, ex: pd.DataFrame, dm: pd.DataFrame, disp: pd.DataFrame) -> Against:
            """Where injections go on too, these are asked about."""
            began, at = cls.date(frame, date), cls.at_end(frame, disp, dm)
            ended = value_at(cls.date(disp, "EOT_DAT", "DISP"), at, frame.index)
            given, _ = last_injection(cls.reader, cls.of(frame, dm), began, ex, dm)
            return against(~(before(began, ended) & ~given), DISP=at, EX=np.full(len(frame), -1))

        @rule(
            after_end,
            Severity.WARNING,
            f"{words.what} lies after the end of the subject's part in the study",
            variables=[date, "SUBJID"],
            mend=[date, "SUBJID", "DISP.EOS_DAT"],
            reads={"DISP": ["EOS_DAT", "EOS_REASON"]},
            query=f"{words.chinese}晚于该筛选号的研究结束日期 {{DISP.EOS_DAT}}（{{DISP.EOS_REASON}}），请核实日期和筛选号。 / "
            f"{words.english} lies after the end of the study for this number on {{DISP.EOS_DAT}} ({{DISP.EOS_REASON}}): please "
            "check date and number.",
        )
        def before_end_of_study(cls, frame: pd.DataFrame, disp: pd.DataFrame) -> Against:
            """What lies after a death is told by the death's rule."""
            left = cls.term(disp, "EOS_REASON", "DISP") != "DEATH"
            number = cls.cells(disp, "SUBJID", "DISP").where(left, "")
            at = position_of(pd.DataFrame({"of": number}), pd.DataFrame({"of": cls.cells(frame, "SUBJID")}))
            ended = value_at(cls.date(disp, "EOS_DAT", "DISP"), at, frame.index)
            return against(~before(ended, cls.date(frame, date)), DISP=at)

    return Begun


class RANDTherapy(RawForm, form="RAND"):
    @rule(
        "IFN-DS-019",
        Severity.WARNING,
        "A transplant or other anti-leukemic therapy is recorded, and no end of study treatment",
        variables=["SUBJID", "GROUP"],
        mend=["DISP.EOT_DAT", "DISP.EOT_REASON"],
        reads={
            "DISP": ["EOT_DAT", "EOT_REASON"],
            "HSCT": ["HSCT_DAT"],
            "SUBSEQ_TX": ["START"],
            "EX": [],
            "DM": [],
        },
        optional=["HSCT", "SUBSEQ_TX"],
        one_of=["HSCT", "SUBSEQ_TX"],
        lacks=["DISP"],
        query="已记录移植（{HSCT.HSCT_DAT}）或后续抗白血病治疗（{SUBSEQ_TX.START}），但无研究治疗（观察）结束记录，"
        "请补充治疗结束日期和原因。 / "
        "A transplant ({HSCT.HSCT_DAT}) or other anti-leukemic therapy ({SUBSEQ_TX.START}) is recorded, and no end of study "
        "treatment (or observation): please complete its date and reason.",
    )
    def treatment_has_ended(
        cls,
        rand: pd.DataFrame,
        disp: pd.DataFrame,
        hsct: pd.DataFrame,
        subseq_tx: pd.DataFrame,
        ex: pd.DataFrame,
        dm: pd.DataFrame,
    ) -> Against:
        """Of a log of injections that is open its own rule asks for the end; an end of nobody may be the subject's."""
        first = cls.derivation("first_screening_number")
        of, whose, ended = (
            first(cls.cells(frame, "SUBJID", form), dm) for frame, form in ((rand, "RAND"), (ex, "EX"), (disp, "DISP"))
        )
        told = (cls.cells(disp, "EOT_DAT", "DISP") != "") | (cls.cells(disp, "EOT_REASON", "DISP") != "")
        astray = ~cls.derivation("in_demographics")(cls.reader, cls.cells(disp, "SUBJID", "DISP"), dm)
        planned = cls.in_force(cls.cells(ex, "SUBJID", "EX"), dm, lambda one: one.interventions[DRUG].plan.planned_doses)
        over = cls.term(ex, "DOSE_CHANGE", "EX") == "DRUG WITHDRAWN"
        over |= cls.number(ex, "DOSE_NO", "EX") >= planned.astype("float64")
        asked = ~of.isin({*ended[told], *(set(whose) - set(whose[over])), ""}) & ~(told & astray).any()
        at = {
            form: np.where(asked, cls.first_of(frame, form, of, dm), -1)
            for frame, form in ((hsct, "HSCT"), (subseq_tx, "SUBSEQ_TX"))
        }
        return against(pd.Series((at["HSCT"] < 0) & (at["SUBSEQ_TX"] < 0), index=rand.index), **at)

    @classmethod
    def first_of(cls, frame: pd.DataFrame, form: str, of: pd.Series, dm: pd.DataFrame) -> np.ndarray:
        """The position of the first record that the form has of each subject, -1 for none."""
        if not len(frame.columns):
            return np.full(len(of), -1, dtype=np.int64)
        whose = cls.derivation("first_screening_number")(cls.cells(frame, "SUBJID", form), dm)
        at = pd.Series(np.arange(len(frame)), index=whose.to_numpy())
        return of.map(at[~at.index.duplicated()]).fillna(-1).to_numpy(dtype=np.int64)


Transplants = begun("HSCT", HSCT, tuple(f"IFN-PR-{number:03}" for number in range(1, 5)))
OtherTherapy = begun("SUBSEQ_TX", OTHER, tuple(f"IFN-CM-{number:03}" for number in range(21, 25)))
