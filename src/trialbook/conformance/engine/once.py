"""What the engine finds out again and again, found out once: where a text is matched, and where a qualifier finds its record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from cdisc_rules_engine import rules_engine
from cdisc_rules_engine.check_operators.dataframe_operators import DataframeType
from cdisc_rules_engine.utilities.dataset_preprocessor import DatasetPreprocessor
from cdisc_rules_engine.utilities.utils import get_sided_match_keys, replace_pattern_in_list_of_strings

_PLAIN = frozenset({str, float, int, bool, type(None)})
_of_each = DataframeType._map_regex
_text_of = DataframeType._regex_str_conversion


def install() -> None:
    """Have the engine of this process work so."""
    rules_engine.DatasetPreprocessor = TightPreprocessor
    DataframeType._map_regex = staticmethod(_of_each_once)
    DataframeType._regex_str_conversion = _text_or


class TightPreprocessor(DatasetPreprocessor):
    """Finds the records of a key, and among them that of a qualifier, once; the engine's looks for them for each qualifier."""

    _known: dict[Any, Any]

    def _merge_standard_then_filter_idvar(self, *args: Any) -> pd.DataFrame:
        self._known = {}
        try:
            return super()._merge_standard_then_filter_idvar(*args)
        finally:
            del self._known

    def _filter_parents_by_standard_keys(
        self, parent_dataset: Any, child_row: pd.Series, standard_keys: list[Any], left_domain: str, right_domain: str
    ) -> pd.DataFrame:
        # Of one merge only the child differs from call to call, and of it only the cells of the keys count.
        names = replace_pattern_in_list_of_strings(get_sided_match_keys(standard_keys, "left"), "--", left_domain)
        return self._once(
            ("parents", *(child_row[name] for name in names if name in child_row)),
            super()._filter_parents_by_standard_keys,
            (parent_dataset, child_row, standard_keys, left_domain, right_domain),
        )

    def _find_idvar_match_in_candidates(
        self, parent_candidates: pd.DataFrame, idvar: str, idvarval: str, right_domain: str
    ) -> pd.Series | None:
        return self._once(
            ("match", id(parent_candidates), idvar, idvarval),
            super()._find_idvar_match_in_candidates,
            (parent_candidates, idvar, idvarval, right_domain),
        )

    def _once(self, key: tuple[Any, ...], find: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        known = getattr(self, "_known", None)
        if known is None or not all(type(part) in _PLAIN for part in key):
            return find(*args)
        if key not in known:
            # With what it was found in: a frame that is gone may leave its id to another.
            known[key] = args, find(*args)
        return known[key][1]


class _Known(dict[str, Any]):
    """What a function of a text gives, once for each text."""

    def __init__(self, func: Callable[[str], Any]):
        super().__init__()
        self._func = func

    def __missing__(self, text: str) -> Any:
        found = self[text] = self._func(text)
        return found


def _of_each_once(series: Any, func: Callable[[str], Any]) -> Any:
    return _of_each(series, _Known(func).__getitem__)


def _text_or(self: DataframeType, value: Any) -> Any:
    # A text is itself; the engine looks first whether it is missing.
    return value if type(value) is str else _text_of(self, value)
