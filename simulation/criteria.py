"""What the site answered to each criterion, and when. Form IE.

The answers are those of who knows why a screening failed: nothing here reads the protocol's logic.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .people import days, text
from .plan import protocol

FAILED = {
    "INFECTION": ("E5",),
    "TRIAL": ("E10",),
    "LIVER": ("I6",),
    "UNWILLING": ("E8",),
    "THYROID": ("E9",),
    "TRANSPLANT": ("E4",),
    "SECOND REMISSION": ("I4", "E3"),
    "MARROW": ("I4",),
    "MRD": ("I4",),
}
"""The criteria by which a screening failed, by what it failed for: inclusions not met, exclusions that apply."""

REMARKS = {
    "INFECTION": "肺部感染未控制",
    "TRIAL": "近期参加过其他临床试验",
    "LIVER": "转氨酶升高",
    "UNWILLING": "不愿接受干扰素治疗",
    "THYROID": "既往甲状腺功能异常",
    "TRANSPLANT": "强烈要求移植",
    "SECOND REMISSION": "第二次完全缓解",
    "MARROW": "骨髓未缓解",
    "MRD": "MRD不符合要求",
}


def judged(numbers: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """``numbers`` with JUDGED, the day on which eligibility was decided: by randomization, or when the screening failed."""
    screening = numbers["SCREENING"].to_numpy("datetime64[D]")
    rand = trial.set_index("SUBJID")["RAND"].reindex(numbers["SUBJID"]).to_numpy("datetime64[D]")
    entered = ~np.isnat(rand)
    decided = np.maximum(np.where(entered, rand, screening) - days(random.integers(0, 2, len(numbers))), screening + days(1))
    return numbers.assign(JUDGED=np.where(entered, decided, screening + days(random.integers(1, 10, len(numbers)))))


def criteria_form(numbers: pd.DataFrame) -> pd.DataFrame:
    """IE: each criterion of each screening number."""
    criteria, fails, count = protocol().eligibility.criteria, numbers["FAILS"], len(numbers)
    wrong = np.array([[name in FAILED.get(one, ()) for name in criteria] for one in fails], dtype=bool)
    wrong = wrong.reshape(count, len(criteria))
    yes = wrong ^ np.array([one.kind == "inclusion" for one in criteria.values()], dtype=bool)
    remark = np.array([REMARKS.get(one, "") for one in fails], dtype=object)
    return pd.DataFrame(
        {
            "SUBJID": np.repeat(numbers["SUBJID"].to_numpy(object), len(criteria)),
            "IE_NO": np.tile(np.array(list(criteria), dtype=object), count),
            "IE_ANS": np.where(yes, "Y", "N").ravel(),
            "IE_DAT": np.repeat(text(numbers["JUDGED"].to_numpy()), len(criteria)),
            "IE_COMMENT": np.where(wrong, remark[:, None], "").ravel(),
        }
    )
