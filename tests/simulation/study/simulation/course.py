"""The course of a trial that nobody plans."""

from __future__ import annotations

import pandas as pd

from .people import day, numbers


def simulate(subjects, random, parameters):
    dm, ae, lab, death = [], [], [], []
    for at, number in enumerate(numbers(subjects)):
        sex = "F" if random.random() < parameters["female"] else "M"
        birth = day(random, -20000, -9000)[: int(random.choice([4, 7, 10]))]
        weight = f"{random.normal(60, 9):.1f}" if random.random() < 0.9 else ""
        dm.append((number, f"0{at % 3 + 1}", sex, birth, weight, day(random, 0, 60)))
        for no in range(1, int(random.integers(1, parameters["events"]["most"] + 1)) + 1):
            start = day(random, 60, 200)[: int(random.choice([4, 7, 10, 10, 10]))]
            end = day(random, 200, 300) if random.random() < 0.7 else ""
            ae.append(
                (number, str(no), str(random.choice(["发热", "Headache, mild", '"flu"'])), str(random.integers(1, 4)), start, end)
            )
        for visit in ("SCREENING", "WEEK 4"):
            moment = f"{day(random, 60, 90)}{random.choice(['', 'T08:05', 'T00:00'])}"
            for test in ("WBC", "HGB"):
                result = str(random.choice(["<0.001", "5.2", "阴性", ".5", ""]))
                lab.append((number, visit, moment, "08:05", test, result, f"00{random.integers(1000, 10000)}"))
        if at % 5 == 0:
            death.append((number, day(random, 400, 500)[: int(random.choice([7, 10]))], str(random.choice(["Y", "N", ""]))))
    return {
        "DM": _frame(dm, ["SUBJID", "SITEID", "SEX", "BIRTH", "WEIGHT", "CONSENT"]),
        "AE": _frame(ae, ["SUBJID", "AE_NO", "TERM", "GRADE", "START", "END"]),
        "LAB": _frame(lab, ["SUBJID", "VISIT", "LAB_DAT", "TIM", "TEST", "RESULT", "SERIAL"]),
        "DEATH": _frame(death, ["SUBJID", "DAT", "AUTOPSY"]),
    }


def _frame(rows, columns):
    return pd.DataFrame(rows, columns=columns, dtype="str")
