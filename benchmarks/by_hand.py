"""The laboratory results of one export to LB by plain pandas, without a check: what the kit's speed is held against.

Written as a good data manager would for this one trial: the words that this export has, its date formats, its units. EPOCH is
left out, and so are all other domains, the results of other forms, where a value comes from, and every finding.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

STUDYID = "NCT06802718"
NOT_DONE = ("未查", "未做", "未测", "Not done")
TESTS = {
    "WBC": ("Leukocytes", "白细胞", "白细胞计数"),
    "NEUT": ("Neutrophils", "中性粒细胞", "中性粒细胞绝对值", "中性粒细胞计数", "NEUT#", "ANC"),
    "LYM": ("Lymphocytes", "淋巴细胞", "淋巴细胞绝对值", "淋巴细胞计数", "LYM#", "LYMPH"),
    "HGB": ("Hemoglobin", "血红蛋白", "HB", "Hb"),
    "PLAT": ("Platelets", "血小板", "血小板计数", "PLT"),
    "ALT": ("Alanine Aminotransferase", "丙氨酸氨基转移酶", "谷丙转氨酶", "GPT"),
    "AST": ("Aspartate Aminotransferase", "天门冬氨酸氨基转移酶", "天冬氨酸氨基转移酶", "谷草转氨酶", "GOT"),
    "BILI": ("Bilirubin", "总胆红素", "TBIL", "T-BIL", "TBil"),
    "CREAT": ("Creatinine", "肌酐", "血肌酐", "CREA", "Cr", "CRE"),
}
TESTCD = {word: code for code, words in TESTS.items() for word in (code, *words)}
LBTEST = {code: words[0] for code, words in TESTS.items()}
HEMATOLOGY = ("WBC", "NEUT", "LYM", "HGB", "PLAT")
SPECIMENS = {
    **dict.fromkeys(("血液", "全血", "血", "Blood", "Whole blood", "BLOOD"), "BLOOD"),
    **dict.fromkeys(("血清", "Serum", "SERUM"), "SERUM"),
    **dict.fromkeys(("血浆", "Plasma", "PLASMA"), "PLASMA"),
}
SIGNIFICANT = {**dict.fromkeys(("是", "有", "有临床意义", "异常有临床意义", "CS", "Yes", "Y"), "Y")}
SIGNIFICANT |= dict.fromkeys(("否", "无", "无临床意义", "异常无临床意义", "NCS", "No", "N"), "N")
# VISIT, VISITNUM, VISITDY and what the sites write.
VISITS = (
    ("SCREENING", 10, -28, ("筛选", "筛选期", "筛选访视", "SCR", "Screening", "V1")),
    ("BASELINE", 20, 1, ("基线", "基线期", "第1天", "D1", "Baseline", "V2")),
    ("WEEK 2", 30, 15, ("W2", "2周", "第2周", "Week 2", "V3")),
    *(
        (f"MONTH {month}", number, day, (f"M{month}", f"{month}月", f"{month}个月", f"第{month}个月", f"Month {month}", f"V{at}"))
        for at, (month, number, day) in enumerate(
            (
                *((1, 40, 31), (2, 50, 62), (3, 60, 92), (4, 70, 123), (5, 80, 153), (6, 90, 184), (9, 100, 275)),
                *((12, 110, 366), (15, 120, 458), (18, 130, 549), (21, 140, 640), (24, 150, 732)),
            ),
            4,
        )
    ),
    ("END OF TREATMENT/RELAPSE", 160, np.nan, ("治疗结束/复发", "治疗结束", "复发", "提前终止", "EOT", "EOT/REL", "V16")),
)
UNITS = {
    **dict.fromkeys(("10^9/L", "G/L", "10^3/uL", "K/uL", "千/微升"), "10^9/L"),
    **dict.fromkeys(("g/L", "克/升"), "g/L"),
    **dict.fromkeys(("g/dL", "g%", "克/分升"), "g/dL"),
    **dict.fromkeys(("mg/dL", "mg%", "毫克/分升"), "mg/dL"),
    **dict.fromkeys(("umol/L", "微摩尔/升"), "umol/L"),
    **dict.fromkeys(("U/L", "单位/升", "mU/mL"), "U/L"),
}
# The standard unit, and what a result in another is multiplied by.
STANDARD = {
    **{(test, "10^9/L"): ("10^9/L", 1) for test in ("WBC", "NEUT", "LYM", "PLAT")},
    ("HGB", "g/L"): ("g/L", 1),
    ("HGB", "g/dL"): ("g/L", 10),
    ("ALT", "U/L"): ("U/L", 1),
    ("AST", "U/L"): ("U/L", 1),
    ("BILI", "umol/L"): ("umol/L", 1),
    ("BILI", "mg/dL"): ("umol/L", 10000 / 584.66),
    ("CREAT", "umol/L"): ("umol/L", 1),
    ("CREAT", "mg/dL"): ("umol/L", 10000 / 113.12),
}
DATE_FORMATS = ("%Y/%m/%d", "%Y-%m-%d", "%d-%b-%Y", "%Y年%m月%d日")


def read_form(export: Path, form: str) -> pd.DataFrame:
    """A form as text without outer blanks."""
    frame = pd.read_csv(export / f"{form}.csv", dtype="str", keep_default_na=False)
    return frame.apply(lambda column: column.str.strip())


def read_dates(texts: pd.Series, formats: tuple[str, ...] = DATE_FORMATS) -> pd.Series:
    """Dates by the first format that fits, NaT where none does."""
    texts = texts.str.normalize("NFKC")
    dates = pd.to_datetime(texts, format=formats[0], errors="coerce")
    for form in formats[1:]:
        dates = dates.fillna(pd.to_datetime(texts.where(dates.isna()), format=form, errors="coerce"))
    return dates


def read_times(texts: pd.Series) -> pd.Series:
    """Times of day as ``HH:MM``, or ``HH:MM:SS``; empty where there is none."""
    texts = texts.str.normalize("NFKC").str.replace(r":(UN|UNK|不详)$", "", regex=True)
    texts = texts.where(texts.str.find(":") != 1, "0" + texts)
    fits = texts.str.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
    return texts.where(fits, "")


def reference_dates(export: Path, dm: pd.DataFrame) -> pd.DataFrame:
    """By USUBJID: RFSTDTC (day of randomization) and RFXSTDTC (first injection, with its time where known)."""
    rand, doses = read_form(export, "RAND"), read_form(export, "EX")
    randomized = read_dates(rand["RAND_DTTM"].str.replace(r"\s+\S+:\S+$", "", regex=True))
    by_number = randomized.groupby(rand["SUBJID"]).min()
    given = doses[doses["GIVEN_YN"].isin(["是", "Y", "Yes", "1", "YES"])]
    date = read_dates(given["ADMIN_DAT"])
    time = read_times(given["ADMIN_TIM"])
    moment = (date.dt.strftime("%Y-%m-%d") + "T" + time).str.removesuffix("T")
    first = moment.groupby(given["SUBJID"]).min()
    subject = dm.set_index("SUBJID")["USUBJID"]
    return pd.DataFrame({"RFSTDTC": by_number, "RFXSTDTC": first}).rename(index=subject).groupby(level=0).min()


def usubjid(dm: pd.DataFrame) -> pd.Series:
    """USUBJID of each record of DM: a subject screened again has the number of its first screening."""
    earlier = dict(zip(dm["SUBJID"], dm["SUBJID_PREV"], strict=True))
    first = dm["SUBJID"]
    for _ in range(3):
        before = first.map(earlier).fillna("")
        first = first.where(before == "", before)
    return STUDYID + "-" + first.map(dm.set_index("SUBJID")["SITEID"]) + "-" + first


def map_lb(export: Path) -> pd.DataFrame:
    """LB of form LAB."""
    dm, lab = read_form(export, "DM"), read_form(export, "LAB")
    dm["USUBJID"] = usubjid(dm)
    lb = pd.DataFrame({"STUDYID": STUDYID, "DOMAIN": "LB", "USUBJID": lab["SUBJID"].map(dm.set_index("SUBJID")["USUBJID"])})
    lb["LBREFID"] = lab["ACCESSION"]
    lb["LBTESTCD"] = lab["TEST_LOCAL"].map(TESTCD)
    lb["LBTEST"] = lb["LBTESTCD"].map(LBTEST)
    lb["LBCAT"] = np.where(lb["LBTESTCD"].isin(HEMATOLOGY), "HEMATOLOGY", "CHEMISTRY")
    lb["LBSPEC"] = lab["SPECIMEN"].map(SPECIMENS)
    not_done = lab["RESULT_TXT"].isin(NOT_DONE)
    unit = lab["UNIT_LOCAL"].map(UNITS).fillna(lab["UNIT_LOCAL"])
    lb["LBORRES"] = lab["RESULT_TXT"].mask(not_done, "")
    lb["LBORRESU"] = unit.mask(not_done, "")
    lb["LBORNRLO"], lb["LBORNRHI"] = lab["LLN"], lab["ULN"]
    lb["LBSTAT"] = np.where(not_done, "NOT DONE", "")
    lb["LBCLSIG"] = lab["CLINSIG"].map(SIGNIFICANT).fillna("")
    standardize(lb)
    names = {word: visit for visit, _, _, words in VISITS for word in (visit, *words)}
    lb["VISIT"] = lab["VISIT"].map(names)
    lb["VISITNUM"] = lb["VISIT"].map({visit: number for visit, number, _, _ in VISITS})
    lb["VISITDY"] = lb["VISIT"].map({visit: day for visit, _, day, _ in VISITS})
    date, time = read_dates(lab["LAB_DAT"]), read_times(lab["LAB_TIM"])
    lb["LBDTC"] = (date.dt.strftime("%Y-%m-%d").fillna("") + "T" + time).str.removesuffix("T")
    references = reference_dates(export, dm)
    start = lb["USUBJID"].map(references["RFSTDTC"])
    days = (date - start).dt.days
    lb["LBDY"] = days + (days >= 0)
    flag_baseline(lb, date, start, lb["USUBJID"].map(references["RFXSTDTC"]))
    lb = lb.sort_values(["USUBJID", "LBTESTCD", "LBSPEC", "LBDTC", "VISITNUM", "LBREFID"], kind="stable", ignore_index=True)
    lb.insert(3, "LBSEQ", lb.groupby("USUBJID").cumcount() + 1)
    return lb


def standardize(lb: pd.DataFrame) -> None:
    """LBSTRESC, LBSTRESN, LBSTRESU, the limits in the same unit, and LBNRIND."""
    pairs = pd.MultiIndex.from_arrays([lb["LBTESTCD"], lb["LBORRESU"]])
    known = pd.Series(STANDARD)
    at = pd.MultiIndex.from_tuples(known.index).get_indexer(pairs)
    factor = np.where(at >= 0, np.array([float(one[1]) for one in STANDARD.values()])[at], np.nan)
    standard = np.where(at >= 0, np.array([one[0] for one in STANDARD.values()], dtype=object)[at], "")
    text = lb["LBORRES"].str.normalize("NFKC").str.replace("≥", ">=", regex=False).str.replace("≤", "<=", regex=False)
    sign = text.str.extract(r"^(<=|>=|<|>)", expand=False).fillna("")
    number = pd.to_numeric(text.str.replace(r"^[<>]=?", "", regex=True), errors="coerce") * factor
    converted = number.map(lambda value: f"{value:.6g}", na_action="ignore").astype("str")
    same = pd.Series(factor == 1)
    lb["LBSTRESC"] = text.where(same | number.isna(), sign + converted)
    lb["LBSTRESN"] = number.where(sign == "")
    lb["LBSTRESU"] = pd.Series(standard, dtype="str").where(number.notna(), "")
    for end in ("LO", "HI"):
        lb[f"LBSTNR{end}"] = pd.to_numeric(lb[f"LBORNR{end}"].str.normalize("NFKC"), errors="coerce") * factor
    low, high = lb["LBSTRESN"] < lb["LBSTNRLO"], lb["LBSTRESN"] > lb["LBSTNRHI"]
    ranged = lb["LBSTRESN"].notna() & (lb["LBSTNRLO"].notna() | lb["LBSTNRHI"].notna())
    lb["LBNRIND"] = np.select([low, high, ranged], ["LOW", "HIGH", "NORMAL"], "")


def flag_baseline(lb: pd.DataFrame, date: pd.Series, start: pd.Series, first_dose: pd.Series) -> None:
    """LBLOBXFL: last result before the first injection. LBBLFL: the same, and of who has none the last on or before day 1."""
    given = (lb["LBORRES"] != "") & date.notna()
    width = np.minimum(lb["LBDTC"].str.len(), first_dose.str.len().fillna(0))
    day = lb["LBDTC"].str.slice(0, 10)
    before = (day < first_dose.str.slice(0, 10)) | ((width > 10) & (lb["LBDTC"] < first_dose))
    on_day_1 = first_dose.isna() & (date <= start)
    for flag, candidates in (("LBLOBXFL", given & before), ("LBBLFL", given & (before | on_day_1))):
        last = lb[candidates].sort_values(["LBDTC", "VISITNUM", "LBREFID"], kind="stable")
        last = last.drop_duplicates(["USUBJID", "LBTESTCD", "LBSPEC"], keep="last")
        lb[flag] = ""
        lb.loc[last.index, flag] = "Y"


if __name__ == "__main__":
    mapped = map_lb(Path(sys.argv[1]))
    print(f"{len(mapped):,} records of LB")
