"""What all tests share: where the reference material lies, if it is there."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
LONGEST = ("book", "browser", "broken exports", "layouts", "broken")
"""The groups of tests that take longest: no process must start one of them when the others are done."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a fixture of their module are a group, so that it is made once, not once a process."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None and shares_fixture(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=turn)


def pytest_make_parametrize_id(config: pytest.Config, val: object) -> str | None:
    """Long bytes are no name: an archive holds the time of its making, which two processes may see differently."""
    return "bytes" if isinstance(val, bytes) and len(val) > 40 else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tests pass without their groups too, in twice the time: so this is told (xdist 3.8 can't name them to pytest 9.2)."""
    if getattr(session.config.option, "loadgroup", False):
        apart = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if apart:
            raise pytest.UsageError(f"pytest-xdist does not keep the tests of a group together: {apart[0]}")


def shares_fixture(item: pytest.Item) -> bool:
    """Whether the test uses a fixture that is made once for its module."""
    known = item._fixtureinfo.name2fixturedefs if hasattr(item, "_fixtureinfo") else {}
    return any(found[-1].scope in ("module", "class") for found in known.values())


def turn(item: pytest.Item) -> int:
    """When the test starts: the longest groups, the other groups, the tests that stand alone."""
    mark = item.get_closest_marker("xdist_group")
    if mark is None:
        return len(LONGEST) + 1
    return LONGEST.index(mark.args[0]) if mark.args[0] in LONGEST else len(LONGEST)


@pytest.fixture(scope="session", autouse=True)
def no_rules_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a developer has installed of CDISC's rules decides no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIALBOOK_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session", autouse=True)
def without_the_engine() -> Iterator[None]:
    """Runs leave the conformance rules out unless a test asks for some: tests of other rules need not wait for the engine."""
    from trialbook.conformance.choice import ChosenRules, CoreChoice, choose_rules

    def asked_for(choice: CoreChoice, study: Path | None = None) -> ChosenRules:
        return choose_rules(None if choice == "auto" else choice, study)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trialbook.run.study.choose_rules", asked_for)
        patch.setattr("trialbook.run.datasets.choose_rules", asked_for)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the repository; tests that use it are skipped where it is absent."""
    path = REPOSITORY.parent / "shared" / "reference"
    if not path.is_dir():
        pytest.skip("the reference material (../shared/reference) is not on this machine")
    return path


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository: the study's folders stand there."""
    return REPOSITORY


@pytest.fixture
def tiny_study(tmp_path: Path) -> Path:
    """A copy of the study of two forms in ``tests/tiny_study``, to run or to break."""
    return shutil.copytree(REPOSITORY / "tests" / "tiny_study", tmp_path / "study")


@pytest.fixture
def small_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of ``tests/small_study``, whose book builds in seconds: one form, domain, rule and page, two invented subjects.

    Its export is named as the one to show; its book has the repository's settings.
    """
    root = shutil.copytree(REPOSITORY / "tests" / "small_study", tmp_path / "small")
    monkeypatch.setenv("TRIALBOOK_EXPORT", str(root / "export"))
    shutil.copy(REPOSITORY / "_config.yml", root)
    shutil.copytree(REPOSITORY / "book" / "_static", root / "book" / "_static")
    return root


@dataclass(frozen=True)
class SmallTrial:
    """``tests/small_trial``, analysed: what it is made of, and what came of it."""

    protocol: Any
    specs: Any
    displays: Any
    sdtm: dict[str, Any]
    trial: Any
    results: Any

    @property
    def datasets(self) -> Any:
        """The analysis datasets by name."""
        return self.trial.datasets

    def told(self, analysis: str, technique: str) -> dict[tuple[str, str, str], float]:
        """The numbers of a technique, by statistic, group and level."""
        return {one.key[2:]: one.value for one in self.results.of(analysis) if one.key.technique == technique}


NUMBERS = ("AGE", "LBSTRESN", "LBSTNRHI", "EXDOSE")
"""The variables of the small trial that are numbers, beside the sequence numbers."""


@pytest.fixture(scope="session")
def small_trial_sdtm() -> dict[str, Any]:
    """The SDTM datasets of ``tests/small_trial``; a test takes a copy to break them."""
    import pandas as pd

    found = {}
    for path in sorted((REPOSITORY / "tests" / "small_trial" / "sdtm").glob("*.csv")):
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
        for name in (one for one in frame if one in NUMBERS or one.endswith("SEQ")):
            frame[name] = pd.to_numeric(frame[name].where(frame[name] != "", None)).astype("float64")
        found[path.stem] = frame
    return found


@pytest.fixture(scope="session")
def small_trial(small_trial_sdtm: dict[str, Any]) -> SmallTrial:
    """A trial of nine subjects that knows nothing of the repository's, analysed; no test changes it."""
    from trialbook.analysis.adam.loading import load_analysis_specs
    from trialbook.analysis.adam.make import make_datasets
    from trialbook.analysis.execute import execute
    from trialbook.analysis.trial import Trial
    from trialbook.protocol import Protocol
    from trialbook.tlf.spec import load_displays

    root = REPOSITORY / "tests" / "small_trial"
    protocol, specs = Protocol(root / "protocol"), load_analysis_specs(root, "small01")
    trial = Trial(protocol, specs, make_datasets(specs, small_trial_sdtm, protocol))
    return SmallTrial(protocol, specs, load_displays(root), small_trial_sdtm, trial, execute(trial))


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replace the one place where a text stands in a file, as a person does."""

    def replace(file: Path, old: str, new: str) -> None:
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    return replace


@dataclass(frozen=True)
class WholeBook:
    """The repository's own book: a copy of its study, and the site that was built of it."""

    root: Path
    site: Path


@pytest.fixture(scope="session")
def whole_book(tmp_path_factory: pytest.TempPathFactory) -> WholeBook:
    """Built once; its tests are of the group ``book``, so that one process builds it. None of them changes the study."""
    from trialbook.book import build_book

    folder = tmp_path_factory.mktemp("whole")
    root = folder / "study"
    for part in ("protocol", "sdtm_specs", "validators", "analysis_specs", "simulation", "book"):
        shutil.copytree(REPOSITORY / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "_toc.yml", "uv.lock"):
        shutil.copy(REPOSITORY / name, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRIALBOOK_EXPORT", raising=False)
        build_book(root, folder / "site")
    return WholeBook(root, folder / "site")


@pytest.fixture(scope="session")
def leaked() -> Callable[..., dict[str, str]]:
    """``leaked(texts, export, study, allowed=())``: what of an export's cells stands in texts (``tests/leaks.py``)."""
    spec = importlib.util.spec_from_file_location("leaks", Path(__file__).with_name("leaks.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., dict[str, str]] = module.leaked
    return found
