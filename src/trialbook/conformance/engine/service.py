"""What the engine asks for while it runs, from memory: datasets and what is known of them, and what it wants to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from cdisc_rules_engine.config import config
from cdisc_rules_engine.interfaces import CacheServiceInterface
from cdisc_rules_engine.models.library_metadata_container import LibraryMetadataContainer
from cdisc_rules_engine.models.sdtm_dataset_metadata import SDTMDatasetMetadata
from cdisc_rules_engine.services.data_readers import DataReaderFactory
from cdisc_rules_engine.services.data_services.base_data_service import BaseDataService
from pandas._libs.parsers import STR_NA_VALUES

from trialbook.conformance.engine.job import EngineDataset
from trialbook.conformance.engine.tight import TightDataset

DECIMALS = 15
"""To which the engine's reader of transport files rounds numbers."""
_ROUNDED_BELOW = 8
"""From here on doubles lie further apart than that, and rounding gives the number itself."""


class Kept(CacheServiceInterface):
    """What the engine keeps from one rule to the next. Its own cache weighs every object that it is given, and drops some."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self._datasets: dict[str, Any] = {}

    @classmethod
    def get_instance(cls, **kwargs: Any) -> Kept:
        """A new one: nothing is shared between runs."""
        return cls()

    def add(self, cache_key: str, data: Any) -> None:  # noqa: D102
        self._kept[cache_key] = data

    def get(self, cache_key: str) -> Any:  # noqa: D102
        return _own_columns(self._kept.get(cache_key))

    def add_dataset(self, cache_key: str, data: Any) -> None:  # noqa: D102
        self._datasets[cache_key] = data

    def get_dataset(self, cache_key: str) -> Any:  # noqa: D102
        return _own_columns(self._datasets.get(cache_key))

    def add_all(self, data: Mapping[str, Any]) -> None:  # noqa: D102
        self._kept.update(data)

    def add_batch(  # noqa: D102
        self, items: Iterable[dict[str, Any]], cache_key_name: str, pop_cache_key: bool = False, prefix: str = ""
    ) -> None:
        for item in items:
            key = item.pop(cache_key_name) if pop_cache_key else item[cache_key_name]
            self._kept[prefix + key] = item

    def get_all(self, cache_keys: Iterable[str]) -> list[Any]:  # noqa: D102
        return [self.get(key) for key in cache_keys]

    def get_all_by_prefix(self, prefix: str) -> list[Any]:  # noqa: D102
        return list(self.filter_cache(prefix).values())

    def filter_cache(self, prefix: str) -> dict[str, Any]:  # noqa: D102
        return {key: self.get(key) for key in self._kept if key.startswith(prefix)}

    def get_by_regex(self, regex: str) -> dict[str, Any]:  # noqa: D102
        wanted = re.compile(regex.replace("*", ".*"))
        return {key: self.get(key) for key in self._kept if wanted.search(key)}

    def exists(self, cache_key: str) -> bool:  # noqa: D102
        return cache_key in self._kept

    def clear(self, cache_key: str) -> None:  # noqa: D102
        self._kept.pop(cache_key, None)

    def clear_all(self, prefix: str = "") -> None:  # noqa: D102
        self._kept = {key: value for key, value in self._kept.items() if not key.startswith(prefix)}


def _own_columns(found: Any) -> Any:
    """A dataset whose columns the engine may rename without renaming those of the one that is kept."""
    return type(found)(found.data.copy(deep=False)) if isinstance(found, TightDataset) else found


class Library(LibraryMetadataContainer):
    """The standards' metadata; a CT package that is not here has no codelists (the engine's own would open a pickle)."""

    def _load_ct_package_data(self, ct_package_type: str, version: str) -> Any:
        return self.get_ct_package_metadata(f"{ct_package_type}-{version}") or {}


class Datasets(BaseDataService):
    """The datasets of one run."""

    def __init__(self, datasets: Iterable[EngineDataset], cache: Kept, **kwargs: Any):
        self._given = {one.name: one for one in datasets}
        self._frames = {name: _frame(one) for name, one in self._given.items()}
        self._stated: dict[str, pd.DataFrame] = {}
        self._classes: dict[str, str | None] = {}
        super().__init__(cache, DataReaderFactory(dataset_implementation=TightDataset), config, **kwargs)

    @classmethod
    def get_instance(cls, *args: Any, **kwargs: Any) -> Datasets:
        """Not for the engine to make."""
        raise NotImplementedError

    @staticmethod
    def is_valid_data(dataset_paths: Iterable[str]) -> bool:
        """Whether there are files to read: never."""
        return False

    def _initialize_datasets_metadata(self, **kwargs: Any) -> dict[str, SDTMDatasetMetadata]:
        return {
            name: SDTMDatasetMetadata(
                name=name,
                label=one.label,
                filename=Path(one.path).name,
                full_path=one.path,
                file_size=one.size,
                record_count=len(one.frame),
                first_record=_first_record(one),
            )
            for name, one in self._given.items()
        }

    def get_dataset(self, dataset_name: str, **params: Any) -> TightDataset:
        """The dataset; its columns may be renamed by who gets it."""
        return TightDataset(self._frames[dataset_name].copy(deep=False))

    def get_variables_metadata(self, dataset_name: str, **params: Any) -> TightDataset:
        """What is stated of each variable, in the order in which it is stated."""
        if dataset_name not in self._stated:
            self._stated[dataset_name] = _stated(self._given[dataset_name])
        return TightDataset(self._stated[dataset_name].copy(deep=False))

    def get_dataset_class(self, dataset: Any, dataset_metadata: SDTMDatasetMetadata) -> str | None:
        """The observation class of a dataset; asked for by each rule anew."""
        name = dataset_metadata.name
        if name not in self._classes:
            self._classes[name] = super().get_dataset_class(dataset, dataset_metadata)
        return self._classes[name]

    def get_define_xml_contents(self, dataset_name: str) -> bytes:
        """The Define-XML file at that path."""
        return Path(dataset_name).read_bytes()

    def has_all_files(self, prefix: str, file_names: list[str]) -> bool:
        """Of external dictionaries: none is here."""
        return False

    def get_file_matching_pattern(self, prefix: str, pattern: str) -> str | None:
        """Of external dictionaries: none is here."""
        return None

    def read_data(self, file_path: str) -> BinaryIO:
        """A file that a rule names, such as an XML schema."""
        return Path(file_path).open("rb")

    def to_parquet(self, file_path: str) -> str:
        """For datasets that don't fit in memory: these are there already."""
        raise NotImplementedError


def _stated(dataset: EngineDataset) -> pd.DataFrame:
    stated = dataset.stated
    return pd.DataFrame(
        {
            "variable_name": [one.name for one in stated],
            "variable_order_number": list(range(1, len(stated) + 1)),
            "variable_label": [one.label if one.label or not dataset.null else np.nan for one in stated],
            "variable_size": [one.length for one in stated],
            "variable_data_type": [one.type for one in stated],
            "variable_format": [""] * len(stated),
        }
    )


def _frame(dataset: EngineDataset) -> pd.DataFrame:
    """The frame as the engine's own reader of that kind of file would have made it."""
    columns = {str(name): _column(column, dataset.null) for name, column in dataset.frame.items()}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(dataset.frame)))


def _column(column: pd.Series, null: bool) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(column.dtype):
        text = column.astype("str")
        missing = text == ""
        # As pandas reads CSV and the engine fills it: only columns with a missing value hold objects.
        return text.astype(object).where(~missing, None) if null and missing.any() else text
    if not null:
        return _rounded(column)
    return column.astype(object).where(column.notna(), None) if column.isna().any() else column


def _rounded(column: pd.Series) -> pd.Series:
    """Numbers to 15 decimals, as Python rounds them; only a fraction near zero has more."""
    values = column.to_numpy(dtype="float64", copy=True)
    small = np.flatnonzero((np.abs(values) < _ROUNDED_BELOW) & (values % 1 != 0))
    if len(small):
        distinct, at = np.unique(values[small], return_inverse=True)
        values[small] = np.array([round(value, DECIMALS) for value in distinct.tolist()])[at]
    return pd.Series(values, index=column.index)


def _first_record(dataset: EngineDataset) -> dict[str, str] | None:
    if not len(dataset.frame):
        return {} if dataset.null else None
    texts = {str(name): str(value) for name, value in dataset.frame.iloc[0].items()}
    # Of a CSV file the engine reads the first record once more, and takes texts such as NA for missing.
    return {name: "" if dataset.null and text in STR_NA_VALUES else text for name, text in texts.items()}
