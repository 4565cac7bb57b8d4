"""What the tests of the study share: a few raw records of the trial as SDTM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from trialbook.checks.against import Against
from trialbook.datasets import SdtmDataset
from trialbook.run import Run, Study
from trialbook.simulation import simulate_export

Rows = list[dict[str, str]]
Records = list[dict[str, object]]
Found = list[tuple[str, str, list[str], list[str]]]


@pytest.fixture(scope="session")
def trial(repository: Path) -> Study:
    """The study of this repository."""
    return Study(repository)


@dataclass(frozen=True)
class Broken:
    """A small export broken in every known way, and the run on it."""

    export: Path
    run: Run


@pytest.fixture(scope="session")
def broken(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Broken:
    """Made once; tests that ask it are of the group ``broken``, so that one process makes it. None of them changes it."""
    out = tmp_path_factory.mktemp("broken") / "made"
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, out, subjects=6, seed=2, rate=0.05)
    return Broken(made.export, trial.validate(made.export, core=None))


@pytest.fixture(scope="session")
def to_sdtm(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Records]]:
    """A function from rows of forms to the records of all datasets, each with what it has: empty variables are left out.

    Columns that a row does not name are empty; a form that is not named is there and has no records.
    """

    def run(**forms: Rows) -> dict[str, Records]:
        folder = tmp_path_factory.mktemp("export")
        for name, spec in trial.specs.forms.items():
            rows = pd.DataFrame(forms.get(name, []), columns=list(spec.columns), dtype="str").fillna("")
            rows.to_csv(folder / f"{name}.csv", index=False)
        return {name: filled(dataset) for name, dataset in trial.map(folder).datasets.items()}

    return run


@pytest.fixture(scope="session")
def of_each(to_sdtm: Callable[..., dict[str, Records]]) -> Callable[..., list[dict[str, Records]]]:
    """The same for several exports about one subject, S1, mapped as one: what the datasets have of each export's subject."""

    def run(exports: Sequence[Mapping[str, Rows]]) -> list[dict[str, Records]]:
        together: dict[str, Rows] = {}
        for number, forms in enumerate(exports):
            for name, rows in forms.items():
                together.setdefault(name, []).extend(row | {"SUBJID": f"S{number + 1:03}"} for row in rows)
        made = to_sdtm(**together)
        return [
            {name: of_subject(records, f"S{number + 1:03}") for name, records in made.items()} for number in range(len(exports))
        ]

    return run


@pytest.fixture(scope="session")
def eligible() -> dict[str, Rows]:
    """What sites write in the forms that tell of the eligibility of S1, who meets every criterion (screened 2024-03-10)."""
    s1, at = {"SUBJID": "S1"}, {"SUBJID": "S1", "VISIT": "筛选"}
    lab = at | {"LAB_DAT": "2024/3/8", "LAB_TIM": "08:30", "SPECIMEN": "血清"}
    consolidation = s1 | {"PHASE": "巩固", "CR_AFTER_YN": "是"}
    marrow = at | {"SAMPLE_DAT": "2024/3/6", "SPECIMEN": "骨髓", "SAMPLE_ID": "M1"}
    return {
        "DM": [s1 | {"SITEID": "01", "AGE": "45", "ICF_DAT": "2024/3/1", "ICF_VER": "V1.1"}],
        "ELIG": [
            s1
            | {
                "SCR_DAT": "2024年3月10日", "DIAGNOSIS": "急性髓系白血病", "NEWLY_DX_YN": "是", "CR_NO": "1",
                "REQ_HSCT_YN": "否", "HSCT_INDICATED_YN": "否", "HSCT_ELIGIBLE_YN": "否",
                "UNCTRL_INF_YN": "否", "SEV_ORGAN_YN": "否", "CHILDBEARING": "是",
                "PREG_RESULT": "阴性", "WILLING_IFN_YN": "是", "THYROID_HX_YN": "否", "LAST_TRIAL_DAT": "无",
            }
        ],
        "DX": [
            s1
            | {
                "DX_DAT": "2023/8/1", "WHO_SUBTYPE": "AML伴t(8;21)", "ELN2022_RISK": "良好",
                "KARYOTYPE": "46,XX,t(8;21)(q22;q22.1)[20]", "FUSION": "AML1-ETO", "NPM1": "阴性",
                "CEBPA_BZIP": "阴性", "QPCR_DX_RATIO_PCT": "200",
            }
        ],
        "PRIORCHEMO": [
            s1 | {"PHASE": "诱导", "CYCLE_NO": "1", "HDAC_YN": "否", "CR_AFTER_YN": "否"},
            s1 | {"PHASE": "诱导", "CYCLE_NO": "2", "HDAC_YN": "否", "CR_AFTER_YN": "是"},
            *(consolidation | {"CYCLE_NO": str(no), "HDAC_YN": "是" if no < 4 else "否"} for no in (1, 2, 3, 4)),
        ],
        "BM": [at | {"BM_DAT": "2024/3/6", "SAMPLE_QUALITY": "合格", "BLAST_PCT": "1.5", "CR_STATUS": "CR"}],
        "MRD_MFC": [marrow | {"RESULT": "阴性"}],
        "MRD_PCR": [
            marrow
            | {"TARGET": "AML1-ETO", "ABL1_COPIES": "120000", "RATIO_PCT": "0.02", "RESULT": "阳性", "REPORT_DAT": "2024/3/8"}
        ],
        "LAB": [
            lab | {"TEST_LOCAL": test, "RESULT_TXT": result, "UNIT_LOCAL": unit, "ULN": uln}
            for test, result, unit, uln in (
                ("谷丙转氨酶", "30", "U/L", "50"),
                ("谷草转氨酶", "25", "U/L", "40"),
                ("总胆红素", "12", "μmol/L", "21"),
                ("肌酐", "70", "μmol/L", "110.1"),
            )
        ],
        "VS_ECOG": [at | {"DAT": "2024/3/8", "ECOG": "1分"}],
    }  # fmt: skip


@pytest.fixture(scope="session")
def passes(trial: Study) -> Callable[..., list[bool]]:
    """A function from a rule's id, the rows of its form, and by name those of the forms it reads, to whether each row passes."""
    rules = {rule.id: (name, rule) for name, several in trial.models.forms.items() for one in several for rule in one.all_rules()}

    def frame(name: str, rows: Rows) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=list(trial.specs.forms[name].columns), dtype="str").fillna("")

    def run(id: str, rows: Rows, **reads: Rows) -> list[bool]:
        name, rule = rules[id]
        own = reads | {name: rows}
        result = rule.check(*(frame(one, own.get(one, [])) for one in (name, *rule.reads)))
        return [bool(one) for one in (result.mask if isinstance(result, Against) else result)]

    return run


@pytest.fixture(scope="session")
def told(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Found]:
    """A function from rows of forms, and the beginnings of rule ids, to those rules' findings, each as its rule, its subject's
    number, and the cells to mend and those compared: ``FORM row COLUMN``; a form in which a record is missing is ``FORM``.
    """

    def run(prefixes: tuple[str, ...], **forms: Rows) -> Found:
        folder = tmp_path_factory.mktemp("export")
        for name, spec in trial.specs.forms.items():
            rows = pd.DataFrame(forms.get(name, []), columns=list(spec.columns), dtype="str").fillna("")
            rows.to_csv(folder / f"{name}.csv", index=False)
        found = []
        for finding in trial.validate(folder, core=None).results.findings:
            if finding.rule.startswith(prefixes):
                cells: dict[str, list[str]] = {"correct": [], "compared": []}
                for origin in finding.origins:
                    place = f"{origin.file.removesuffix('.csv')} {origin.row or ''}".strip()
                    cells[origin.role.value] += [f"{place} {column}" for column in origin.columns] or [place]
                found.append((finding.rule, str(finding.subject or "").rpartition("-")[2], cells["correct"], cells["compared"]))
        return sorted(found)

    return run


@pytest.fixture(scope="session")
def told_of_each(told: Callable[..., Found]) -> Callable[..., list[Found]]:
    """The same for several exports that have nothing to do with each other, validated as one: what is told of each of them.

    Each export's subjects get numbers of their own meanwhile; the rows are those of the export alone.
    """

    def run(prefixes: tuple[str, ...], exports: Sequence[Mapping[str, Rows]]) -> list[Found]:
        together: dict[str, Rows] = {}
        above: list[dict[str, int]] = []
        for number, forms in enumerate(exports):
            above.append({name: len(rows) for name, rows in together.items()})
            for name, rows in forms.items():
                together.setdefault(name, []).extend(row | {"SUBJID": f"{row['SUBJID']}{number:03}"} for row in rows)
        of_export: list[Found] = [[] for _ in exports]
        for rule, subject, mend, compared in told(prefixes, **together):
            number = int(subject[-3:])
            places = ([alone(cell, above[number]) for cell in cells] for cells in (mend, compared))
            of_export[number].append((rule, subject[:-3], *places))
        return of_export

    return run


def alone(cell: str, above: Mapping[str, int]) -> str:
    """A cell, ``FORM row COLUMN``, by its row where the records ``above`` of other exports are not there."""
    form, _, place = cell.partition(" ")
    row, _, column = place.partition(" ")
    return f"{form} {int(row) - above.get(form, 0)} {column}".strip() if row.isdigit() else cell


def of_subject(records: Records, subject: str) -> Records:
    """The records of a subject, under the number S1."""
    own = [one for one in records if str(one.get("USUBJID", "")).endswith(f"-{subject}")]
    return [{name: v.replace(subject, "S1") if isinstance(v, str) else v for name, v in one.items()} for one in own]


def filled(dataset: SdtmDataset) -> Records:
    """The records without the variables that are empty, and without STUDYID and DOMAIN."""
    records = dataset.frame.drop(columns=["STUDYID", "DOMAIN", "RDOMAIN"], errors="ignore").to_dict("records")
    return [{name: value for name, value in record.items() if value != "" and not pd.isna(value)} for record in records]
