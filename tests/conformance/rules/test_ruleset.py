"""Rules of one source: those for a standard, one by its id, and what they are by their content."""

from __future__ import annotations

from tests.conformance.rules.written import cache_of, cached, folder_of, rule

from trialbook.conformance.rules import read_rules


def test_rules_for_a_standard_and_what_may_be_for_it(tmp_path):
    broken = {"Sensitivity": "Records"}
    folder = folder_of(
        tmp_path,
        [rule("A"), rule("B", version="3.3"), rule("C", "SENDIG", "3.1"), rule("D") | broken, rule("E", version="3.3") | broken],
    )
    (folder / "F.yml").write_text("Core: {Id: F}")
    chosen = read_rules(folder).for_standard("sdtmig", "3-4")
    assert [one.id for one in chosen.rules] == ["A"]
    assert [one.id for one in chosen.unreadable] == ["D", "F"]
    assert (len(chosen), chosen.origin) == (1, str(folder))


def test_a_rule_by_its_id(tmp_path):
    found = read_rules(folder_of(tmp_path, [rule("A"), rule("B")]))
    assert found.rule("B") is found.rules[1]
    assert found.rule("C") is None


def test_equal_rules_have_equal_hashes_wherever_they_are(tmp_path):
    one = read_rules(folder_of(tmp_path / "one", [rule("A"), rule("B")]))
    other = read_rules(folder_of(tmp_path / "other", [rule("B"), rule("A")]))
    changed = read_rules(folder_of(tmp_path / "changed", [rule("A"), rule("B", published="CG0002")]))
    fewer = read_rules(folder_of(tmp_path / "fewer", [rule("A"), rule("B") | {"Sensitivity": "Records"}]))
    assert one.sha256 == other.sha256
    assert len({one.sha256, changed.sha256, fewer.sha256}) == 3


def test_a_cache_holds_the_rules_again_and_again(tmp_path):
    found = [read_rules(cache_of(tmp_path / name, [cached("A"), cached("B")])) for name in ("one", "other")]
    assert found[0].sha256 == found[1].sha256
