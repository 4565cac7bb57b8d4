"""Both paths on one synthetic export: they agree, and what is altered on either of them shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import pytest

from trialbook.analysis.adam.loading import load_analysis_specs
from trialbook.analysis.adam.make import make_datasets
from trialbook.analysis.execute import execute, imputations, times
from trialbook.analysis.results import Key, ResultSet, collected
from trialbook.analysis.second import incidence, survival
from trialbook.analysis.second.compare import Comparison, compare
from trialbook.analysis.second.recompute import Imputations, recompute
from trialbook.analysis.second.study_program import rows, second_trial
from trialbook.analysis.second.subjects import SecondTrial
from trialbook.analysis.techniques.times import TIME_TECHNIQUES
from trialbook.analysis.trial import Trial
from trialbook.protocol.analysis import Technique
from trialbook.run import Study
from trialbook.simulation import simulate_export
from trialbook.studymodules import namespace


@dataclasses.dataclass(frozen=True)
class Both:
    """A trial as each path has it, the first's results, and the datasets as records."""

    study: Study
    trial: Trial
    first: ResultSet
    second: SecondTrial
    records: Mapping[str, list[dict[str, object]]]

    @cached_property
    def drawn(self) -> Imputations:
        """What the first path drew for the missing."""
        return imputations(self.trial)

    def compared(self, first: ResultSet | None = None, second: SecondTrial | None = None) -> Comparison:
        """The paths compared, with something else in place of one of them."""
        return compare(first or self.first, recompute(self.study.protocol, second or self.second, self.drawn))

    @cached_property
    def as_it_is(self) -> Comparison:
        """The paths compared."""
        return self.compared()

    def shown(self, found: Comparison) -> set[tuple[str, str]]:
        """The analyses and techniques of the numbers that disagree, and did not as it is."""
        before = {one.key for one in self.as_it_is.disagreeing}
        return {one.key[:2] for one in found.disagreeing if one.key not in before}


@pytest.fixture(scope="module")
def both(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Both:
    return by_both(repository, tmp_path_factory.mktemp("both"), seed=3)


def by_both(repository: Path, folder: Path, seed: int, rate: float = 0) -> Both:
    """A synthetic export of 24 subjects, ``rate`` of its records broken, on both paths."""
    study = Study(repository)
    made = simulate_export(study.root, study.protocol.id, study.specs, folder / "made", subjects=24, seed=seed, rate=rate)
    mapped = study.map(made.export)
    prefix = namespace(study.protocol.id)
    specs = load_analysis_specs(study.root, prefix)
    frames = {name: one.frame for name, one in mapped.datasets.items()}
    trial = Trial(study.protocol, specs, make_datasets(specs, frames, study.protocol, mapped.not_made))
    records = rows(mapped.datasets)
    return Both(study, trial, execute(trial), second_trial(study.root, prefix, records, study.protocol), records)


def test_the_paths_agree(both):
    found = both.as_it_is
    assert found.agree, found.frame[~found.frame["agrees"]].to_string()
    assert found.counts["agree"] == len(both.first.results) > 2000


def test_the_paths_read_what_is_broken_alike(repository, tmp_path):
    """Words for numbers, two specimens, dates out of order, injections of controls: what the protocol says of them, both do."""
    found = by_both(repository, tmp_path, seed=19, rate=0.05).as_it_is
    assert found.agree, found.frame[~found.frame["agrees"]].to_string()


def test_a_number_of_the_first_path_that_is_altered_shows(both):
    key = Key("A-MRD6", "stratified_difference", "low", "difference")
    altered = [dataclasses.replace(one, value=one.value + 2e-6) if one.key == key else one for one in both.first.results]
    assert both.shown(both.compared(first=collected(altered))) == {("A-MRD6", "stratified_difference")}


def test_a_date_of_the_first_path_that_is_altered_shows(both):
    adtte = both.trial.datasets["ADTTE"]
    frame = adtte.frame.copy()
    frame.loc[frame.index[(frame["PARAMCD"] == "OS") & (frame["CNSR"] == 0)][0], "AVAL"] = 1
    altered = dataclasses.replace(both.trial, datasets={**both.trial.datasets, "ADTTE": dataclasses.replace(adtte, frame=frame)})
    analysis = next(one for one in both.study.protocol.analysis.analyses if one.id == "A-OS")
    survived = {one.key: one for one in TIME_TECHNIQUES[Technique.SURVIVAL](times(altered, analysis))}
    first = collected(survived.get(one.key, one) for one in both.first.results)
    assert both.shown(both.compared(first=first)) == {("A-OS", "survival")}


def test_a_date_of_the_second_path_that_is_altered_shows(both):
    subject = next(one for one in both.second.subjects if one.times["CIR"][1] == 1)
    altered = dataclasses.replace(subject, times={**subject.times, "CIR": (1, 1)})
    others = tuple(altered if one.subject == subject.subject else one for one in both.second.subjects)
    shown = both.shown(both.compared(second=dataclasses.replace(both.second, subjects=others)))
    assert ("A-CIR", "incidence") in shown
    assert {analysis for analysis, _ in shown} <= {"A-CIR", "A-CIR-ELIGIBLE"}


@pytest.mark.parametrize(
    ("module", "name", "altered", "expected"),
    [
        (survival, "relative_variance", 1.001, {"survival", "survival_difference"}),
        (incidence, "z_of", 1.0001, {"incidence"}),
    ],
)
def test_a_statistic_of_the_second_path_that_is_altered_shows(both, monkeypatch, module, name, altered, expected):
    assert both.as_it_is
    right = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *given: right(*given) * altered)
    assert {technique for _, technique in both.shown(both.compared())} == expected


def test_a_record_that_one_path_does_not_see_shows(both):
    """The relapses taken out of the records of the second path, as a program would that overlooks a form."""
    without = {**both.records, "RS": [row for row in both.records["RS"] if row["RSSTRESC"] != "RELAPSED DISEASE FROM CR"]}
    second = second_trial(both.study.root, namespace(both.study.protocol.id), without, both.study.protocol)
    shown = both.shown(both.compared(second=second))
    assert {("A-EFS", "survival"), ("A-CIR", "incidence")} <= shown
    assert not {analysis for analysis, _ in shown} & {"A-OS", "A-BASELINE", "A-EXPOSURE"}


@pytest.mark.parametrize("responders", [[99, 99, 99], [0, 0, 0], [1]])
def test_draws_that_the_second_path_s_subjects_can_t_give_are_not_pooled(both, responders):
    drawn = {"A-MRD6-MI": [dict.fromkeys(("IFN", "CTRL"), responders)] * 3}
    found = recompute(both.study.protocol, both.second, drawn)
    pooled = {key.statistic for key in found if key.analysis == "A-MRD6-MI"}
    assert pooled == {"missing"}
