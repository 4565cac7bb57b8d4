"""A record as the text of a page: its facts in the page's order and words."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.protocol.registry.record import Age, RegistryRecord
from trialbook.protocol.registry.terms import words_of


def as_page(record: RegistryRecord) -> str:
    """The text that :func:`~trialbook.protocol.registry.page.read_page` reads as the same record.

    The page has no outcomes, dates, or second title, and neither has this.
    """
    return "\n".join(_lines(record)) + "\n"


def _lines(record: RegistryRecord) -> Iterator[str]:
    yield from (record.title, "", record.sponsor, "")
    stages = [words_of("phase", phase) for phase in record.phases]
    yield from _section("Status and phase", [words_of("status", record.status), *stages])
    yield from _section("Conditions", record.conditions)
    kinds = [(words_of("intervention_type", one.type), one.name) for one in record.interventions]
    yield from _section("Treatments", [f"{kind}: {name}" if kind else name for kind, name in kinds])
    yield from _section("Study type", [words_of("study_type", record.study_type)])
    yield from _section("Funder types", [words_of("funder_type", record.funder_type)])
    yield from _section("Identifiers", [record.identifier, *record.other_ids])
    yield from ("Details and patient eligibility", "")
    yield from _section("About", [record.summary])
    yield from _section("Full description", [record.description])
    if record.enrolment is not None:
        patients = f"{record.enrolment} {'estimated ' * (record.enrolment_type == 'ESTIMATED')}patients"
        yield from _section("Enrollment", [patients])
    yield from _section("Sex", [words_of("sex", record.sex)])
    yield from _section("Ages", [ages(record.minimum_age, record.maximum_age)])
    if record.healthy_volunteers is not None:
        yield from _section(
            "Volunteers", ["Accepts Healthy Volunteers" if record.healthy_volunteers else "No Healthy Volunteers"]
        )
    yield from _section("Inclusion criteria", [f"  • {text.replace('\n', '\n  ')}" for text in record.inclusion])
    yield from _section("Exclusion criteria", [f"  • {text.replace('\n', '\n  ')}" for text in record.exclusion])
    yield from ("Trial design", "")
    yield from _section("Primary purpose", [words_of("purpose", record.purpose)])
    yield from _section("Allocation", [words_of("allocation", record.allocation)])
    name = "Observational model" if record.study_type == "OBSERVATIONAL" else "Interventional model"
    yield from _section(name, [words_of("model", record.model)])
    yield from _section("Masking", [words_of("masking", record.masking)])
    yield from _groups(record)
    yield from _section("Trial contacts and locations", [str(record.sites)] if record.sites else [])
    yield from _section("Central trial contact", record.contacts)
    yield "Data sourced from clinicaltrials.gov"


def _section(heading: str, lines: tuple[str, ...] | list[str]) -> Iterator[str]:
    shown = [line for line in lines if line]
    if shown:
        yield from (heading, "", *shown, "")


def _groups(record: RegistryRecord) -> Iterator[str]:
    if not record.arms:
        return
    count = len(record.arms)
    yield from (f"{record.enrolment or 0} participants in {count} patient group{'s' * (count != 1)}", "")
    for arm in record.arms:
        yield arm.label
        if arm.type:
            yield words_of("arm_type", arm.type)
        if arm.description:
            yield from ("Description:", arm.description)
        if arm.interventions:
            yield from ("Treatment:", *arm.interventions)
    yield ""


def ages(youngest: Age | None, oldest: Age | None) -> str:
    """``18 to 70 years old``, ``6 months to 17 years old``, ``18+ years old``, ``Up to 18 years old``; empty for no limit.

    Months that are whole years are shown as years.
    """
    low, high = (_in_years(age) if age else None for age in (youngest, oldest))
    if low and high:
        return f"{low.count} to {high} old" if low.unit == high.unit else f"{low} to {high} old"
    if low:
        return f"{low.count}+ {low.unit}s old"
    return f"Up to {high} old" if high else ""


def _in_years(age: Age) -> Age:
    return Age(int(age.years)) if age.years is not None and age.years.denominator == 1 else age
