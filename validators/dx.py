"""Diagnosis: its date, and the gene that subtype, karyotype, fusion and the assay of MRD each name.

``genetics.csv`` has the genes of this trial: how subtypes (WHO) and karyotypes (ISCN) name them, and the risk group that a fusion
has whatever else is found (ELN 2022).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, before, complete_date, once, rule, value_at
from trialbook.checks.against import Against
from trialbook.mapping.numbers import read_numbers

LONGEST = pd.Timedelta(days=90)
"""Assumption: who is treated for acute leukemia is treated sooner after the diagnosis."""

ONE_CYCLE = pd.Timedelta(days=60)
"""Assumption: no cycle lasts longer; one that does has a wrong date."""

ALL_GENES = ["WHO_SUBTYPE", "KARYOTYPE", "FUSION", "NPM1"]
TARGETS = {"MRD_PCR": ["SUBJID", "TARGET"]}
NOTHING = "none"


def filled(found: pd.Series) -> pd.Series:
    """What was looked up as text, ``""`` where nothing was found, even if nothing was at all."""
    return found.astype("object").fillna("").astype("str")


class DXForm(RawForm, form="DX", across=False):
    @classmethod
    @once
    def first_cycle(cls, dx: pd.DataFrame, chemo: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
        """By record the start of the subject's first cycle whose own dates agree, and its position in ``chemo``; "" and -1."""
        form = "PRIORCHEMO"
        start, end = (complete_date(cls.date(chemo, column, form)) for column in ("START_DAT", "END_DAT"))
        sound = start.notna() & ~(end < start) & ~(end - start > ONE_CYCLE)
        table = pd.DataFrame({"subject": cls.cells(chemo, "SUBJID", form), "start": start, "at": np.arange(len(chemo))})
        first = table[sound & (table["subject"] != "")].sort_values("start", kind="stable").drop_duplicates("subject")
        own = cls.cells(dx, "SUBJID")
        at = own.map(first.set_index("subject")["at"]).fillna(-1).to_numpy(dtype=np.int64)
        return value_at(cls.date(chemo, "START_DAT", form), at, dx.index), at

    @rule(
        "IFN-DX-001",
        Severity.ERROR,
        f"The diagnosis is dated after the first cycle of chemotherapy, or more than {LONGEST.days} days before it",
        variables=["DX_DAT"],
        reads={"PRIORCHEMO": ["START_DAT", "CYCLE_NO"]},
        query="诊断日期为 {DX_DAT}，第 {PRIORCHEMO.CYCLE_NO} 疗程化疗开始于 {PRIORCHEMO.START_DAT}，请核实诊断日期。 / "
        "The diagnosis is of {DX_DAT}, and cycle {PRIORCHEMO.CYCLE_NO} of chemotherapy started on {PRIORCHEMO.START_DAT}: please "
        "check the date of the diagnosis.",
    )
    def diagnosis_before_treatment(cls, dx: pd.DataFrame, chemo: pd.DataFrame) -> Against:
        start, at = cls.first_cycle(dx, chemo)
        diagnosed = cls.date(dx, "DX_DAT")
        late = complete_date(start) - complete_date(diagnosed) > LONGEST
        return against(~(before(start, diagnosed) | late), PRIORCHEMO=at)

    @classmethod
    @once
    def named(cls, dx: pd.DataFrame, pcr: pd.DataFrame | None = None) -> pd.DataFrame:
        """The gene that each names, ``""`` for none: subtype, karyotype, fusion (with NPM1), target (that of most runs)."""
        genes = cls.table("genetics").set_index("gene")
        made = {}
        for name, column in (("subtype", "WHO_SUBTYPE"), ("karyotype", "KARYOTYPE")):
            text = cls.cells(dx, column).str.normalize("NFKC").str.replace(" ", "")
            found = pd.Series("", index=dx.index, dtype="str")
            for gene, pattern in genes[name].items():
                if pattern:
                    found = found.where(~text.str.contains(pattern, regex=True), str(gene))
            made[name] = found
        fusion, npm1 = cls.term(dx, "FUSION"), cls.term(dx, "NPM1")
        without = filled(npm1.map({"MUTATED": "NPM1", "WILD TYPE": NOTHING})).where(fusion == "NONE", "")
        made["fusion"] = fusion.where(fusion.isin(genes.index), without)
        made["target"] = pd.Series("", index=dx.index, dtype="str")
        if pcr is not None:
            targets = cls.term(pcr, "TARGET", "MRD_PCR").where(lambda terms: terms != "")
            most = targets.groupby(cls.cells(pcr, "SUBJID", "MRD_PCR")).agg(
                lambda of: of.mode().iloc[0] if of.notna().any() else ""
            )
            made["target"] = filled(cls.cells(dx, "SUBJID").map(most))
        return pd.DataFrame(made)

    @classmethod
    def odd_one(cls, dx: pd.DataFrame, pcr: pd.DataFrame, name: str) -> pd.Series:
        """Whether ``name`` alone names another gene than the others do, of which there are two at least."""
        genes = cls.named(dx, pcr)
        others = genes.drop(columns=name).replace({"": np.nan})
        agree = (others.nunique(axis=1) == 1) & (others.notna().sum(axis=1) >= 2)
        return (genes[name] != "") & agree & (genes[name] != others.bfill(axis=1).iloc[:, 0])

    @rule(
        "IFN-DX-002",
        Severity.ERROR,
        "Fusion gene and NPM1 are not those of subtype, karyotype and MRD assay",
        variables=["FUSION", "NPM1", "WHO_SUBTYPE", "KARYOTYPE"],
        reads=TARGETS,
        mend=["FUSION", "NPM1"],
        query="分型为“{WHO_SUBTYPE}”，核型为 {KARYOTYPE}，但融合基因为“{FUSION}”，NPM1为“{NPM1}”，请核实。 / "
        "The subtype is {WHO_SUBTYPE}, the karyotype {KARYOTYPE}, and fusion {FUSION} with NPM1 {NPM1}: please check the genes.",
        cites=["ELN 2022"],
    )
    def fusion_is_the_others(cls, dx: pd.DataFrame, pcr: pd.DataFrame) -> pd.Series:
        return ~cls.odd_one(dx, pcr, "fusion")

    @rule(
        "IFN-DX-003",
        Severity.ERROR,
        "The subtype is not that of the genes",
        variables=["WHO_SUBTYPE", "KARYOTYPE", "FUSION", "NPM1"],
        reads=TARGETS,
        mend=["WHO_SUBTYPE"],
        query="分型为“{WHO_SUBTYPE}”，但融合基因为“{FUSION}”，NPM1为“{NPM1}”，核型为 {KARYOTYPE}，请核实分型。 / "
        "The subtype is {WHO_SUBTYPE}, with fusion {FUSION}, NPM1 {NPM1} and karyotype {KARYOTYPE}: please check the subtype.",
        cites=["WHO 2022"],
    )
    def subtype_is_the_others(cls, dx: pd.DataFrame, pcr: pd.DataFrame) -> pd.Series:
        return ~cls.odd_one(dx, pcr, "subtype")

    @rule(
        "IFN-DX-004",
        Severity.ERROR,
        "The karyotype has the translocation of another gene",
        variables=["KARYOTYPE", "WHO_SUBTYPE", "FUSION", "NPM1"],
        reads=TARGETS,
        mend=["KARYOTYPE"],
        query="核型为 {KARYOTYPE}，但分型为“{WHO_SUBTYPE}”，融合基因为“{FUSION}”，NPM1为“{NPM1}”，请核实核型。 / "
        "The karyotype is {KARYOTYPE}, with subtype {WHO_SUBTYPE}, fusion {FUSION} and NPM1 {NPM1}: please check the karyotype.",
        cites=["ELN 2022"],
    )
    def karyotype_is_the_others(cls, dx: pd.DataFrame, pcr: pd.DataFrame) -> pd.Series:
        return ~cls.odd_one(dx, pcr, "karyotype")

    @rule(
        "IFN-DX-005",
        Severity.ERROR,
        "The risk group is not that of the genes",
        variables=["ELN2022_RISK", "FUSION", "NPM1", "FLT3_ITD"],
        reads=TARGETS,
        mend=["ELN2022_RISK"],
        query="融合基因为“{FUSION}”，NPM1为“{NPM1}”，FLT3-ITD为“{FLT3_ITD}”，但ELN2022危险度为“{ELN2022_RISK}”，请核实。 / "
        "With fusion {FUSION}, NPM1 {NPM1} and FLT3-ITD {FLT3_ITD} the risk group is {ELN2022_RISK}: please check.",
        cites=["ELN 2022"],
    )
    def risk_is_that_of_the_genes(cls, dx: pd.DataFrame, pcr: pd.DataFrame) -> pd.Series:
        """NPM1 with an abnormal karyotype may be of another group, a fusion never. Where the gene is in doubt, that is asked."""
        genes, risk = cls.named(dx, pcr), cls.term(dx, "ELN2022_RISK")
        of_fusion = filled(genes["fusion"].map(cls.table("genetics").set_index("gene")["risk"]))
        normal = cls.derivation("normal_karyotype")(cls.cells(dx, "KARYOTYPE")) == "Y"
        duplicated = filled(cls.term(dx, "FLT3_ITD").map({"MUTATED": "intermediate", "WILD TYPE": "favorable"}))
        expected = of_fusion.where(of_fusion != "", duplicated.where((genes["fusion"] == "NPM1") & normal, ""))
        return ~((expected != "") & (risk != "") & (risk != expected) & (genes["subtype"] == genes["fusion"]))

    @rule(
        "IFN-DX-006",
        Severity.WARNING,
        "An allelic ratio of FLT3-ITD, which is not mutated",
        variables=["FLT3_AR", "FLT3_ITD"],
        query="FLT3-ITD为“{FLT3_ITD}”，但填写了等位基因比 {FLT3_AR}，请核实。 / "
        "FLT3-ITD is {FLT3_ITD} with the allelic ratio {FLT3_AR}: please check.",
    )
    def ratio_is_of_a_mutation(cls, dx: pd.DataFrame) -> pd.Series:
        return ~((read_numbers(cls.cells(dx, "FLT3_AR")) > 0) & cls.term(dx, "FLT3_ITD").isin(["WILD TYPE", "NOT DONE"]))

    @rule(
        "IFN-DX-007",
        Severity.ERROR,
        "The blasts at diagnosis are no percentage",
        variables=["BM_BLAST_PCT_DX"],
        query="诊断时骨髓原始细胞比例“{BM_BLAST_PCT_DX}”不是 0–100 的数值，请核实。 / "
        "The blasts at diagnosis are given as {BM_BLAST_PCT_DX}: which percentage is it?",
    )
    def blasts_are_a_percentage(cls, dx: pd.DataFrame) -> pd.Series:
        cells = cls.cells(dx, "BM_BLAST_PCT_DX").str.normalize("NFKC").str.replace("[<>≤≥%=]", "", regex=True)
        return (cells == "") | read_numbers(cells).between(0, 100)

    @rule(
        "IFN-DX-008",
        Severity.ERROR,
        "The leukocytes at diagnosis are outside of what can be measured in a living person",
        variables=["WBC_DX"],
        query="诊断时白细胞 {WBC_DX}×10^9/L 超出合理范围，请核实。 / "
        "The leukocytes at diagnosis are {WBC_DX} x 10^9/L: please check value and unit.",
    )
    def leukocytes_are_plausible(cls, dx: pd.DataFrame) -> pd.Series:
        limits = cls.table("plausible_ranges").set_index("test").loc["WBC", ["low", "high"]].astype("float64")
        number = read_numbers(cls.cells(dx, "WBC_DX"))
        return number.isna() | number.between(limits["low"], limits["high"])


class TargetForm(RawForm, form="MRD_PCR", across=False):
    @rule(
        "IFN-MRD-015",
        Severity.ERROR,
        "MRD was measured of another gene than the subject's",
        variables=["TARGET"],
        reads={"DX": ["FUSION", "NPM1", "WHO_SUBTYPE"]},
        query="检测靶标为“{TARGET}”，但诊断时融合基因为“{DX.FUSION}”，NPM1为“{DX.NPM1}”，请核实靶标。 / "
        "The target is {TARGET}, and at diagnosis the fusion was {DX.FUSION} and NPM1 {DX.NPM1}: please check the target.",
    )
    def target_is_the_subjects(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> Against:
        """Where the diagnosis contradicts itself, its own rules tell of that."""
        genes = DXForm.named(dx)
        gene = genes["fusion"].where((genes["subtype"] == genes["fusion"]) | (genes["subtype"] == ""), "")
        table = pd.DataFrame(
            {"gene": gene.to_numpy(object), "at": np.arange(len(dx))}, index=DXForm.cells(dx, "SUBJID").to_numpy()
        )
        table = table[(table["gene"] != "") & (table["gene"] != NOTHING) & ~table.index.duplicated(keep=False)]
        own, target = cls.cells(pcr, "SUBJID"), cls.term(pcr, "TARGET")
        expected = filled(own.map(table["gene"]))
        at = own.map(table["at"]).fillna(-1).astype("int64")
        return against(~((target != "") & (expected != "") & (target != expected)), DX=at)
