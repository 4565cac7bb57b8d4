"""Holds the specifications against each other: every name that one of them uses must exist in another."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.errors import SpecError
from trialbook.expressions import ExpressionError, parse
from trialbook.mapping.datetimes import format_parts
from trialbook.mapping.domain_spec import FILLED_LATER, Algorithm, DomainSpec, FunctionCall, Records
from trialbook.mapping.form_spec import DATE_TYPES, FormSpec
from trialbook.mapping.items_spec import ITEMS, JUDGED
from trialbook.mapping.plain import plain
from trialbook.mapping.results_references import dangling_result
from trialbook.mapping.specs import Specs
from trialbook.specfile import SpecFile

ELEMENTS = ("USUBJID", "SESTDTC", "SEENDTC", "EPOCH")
"""What an epoch is looked up by in SE."""


def dangling_references(specs: Specs) -> Iterator[SpecError]:
    """Each name in a specification that means nothing: a form, column, code list or function that is not there."""
    for form, form_spec in specs.forms.items():
        for name, column in form_spec.columns.items():
            if column.codelist and column.codelist not in specs.codelists:
                at = ["columns", name, "codelist"]
                yield specs.files[f"forms/{form}"].error(at, f"there is no code list {column.codelist!r} in codelists.yml")
            for code in column.null_codes or () if column.codelist in specs.codelists else ():
                if any(plain(code) == plain(value) for value in specs.codelists[str(column.codelist)].by_value):
                    text = f"{code!r} is a value of the code list {column.codelist}: it can't stand for an empty cell too"
                    yield specs.files[f"forms/{form}"].error(["columns", name, "null_codes"], text)
        for name, terms in form_spec.attended.items():
            codelist = str(form_spec.columns[name].codelist)
            known = specs.codelists[codelist].terms if codelist in specs.codelists else terms
            for term in terms:
                if term not in known:
                    text = f"{term!r} is no term of the code list {codelist}"
                    yield specs.files[f"forms/{form}"].error(["attended", name], text)
    yield from _dangling_consent(specs)
    yield from _dangling_items(specs)
    for domain in specs.domains.values():
        file = specs.files[f"domains/{domain.domain}"]
        for index, records in enumerate(domain.records):
            yield from _dangling_records(specs, domain, file, index, records)
        yield from _dangling_variables(specs, domain, file)


def _dangling_consent(specs: Specs) -> Iterator[SpecError]:
    """What the export's file says of consent: a form that is not there, a column that it has not, a date that is none."""
    consent = specs.export.consent
    if consent is None:
        return
    file, form = specs.files["export"], specs.forms.get(consent.form)
    if form is None:
        yield file.error(["consent", "form"], f"there is no form {consent.form!r} in sdtm_specs/forms")
        return
    for key, column in (("date", consent.date), ("version", consent.version)):
        if column is not None and column not in form.columns:
            yield file.error(["consent", key], f"the form {consent.form} has no column {column!r}")
    if consent.date in form.columns and form.columns[consent.date].type not in DATE_TYPES:
        yield file.error(["consent", "date"], f"{consent.form}.{consent.date} is no date column by its form specification")


def _dangling_items(specs: Specs) -> Iterator[SpecError]:
    """The item table is made from the export, and the site's answers stand in a form of it."""
    if specs.items is None:
        return
    file, domain = specs.files[ITEMS], specs.items.as_domain
    for index, records in enumerate(domain.records):
        for form in (records.form, *(join.form for join in records.join.values())):
            if form in JUDGED:
                yield file.error(["records", index], f"{form} comes of judging the items, so none can be taken from it")
        yield from _dangling_records(specs, domain, file, index, records)
    answers = specs.items.answers
    if answers is not None and answers.form not in specs.forms:
        yield file.error(["answers", "form"], f"there is no form {answers.form!r} in sdtm_specs/forms")
    elif answers is not None:
        for key, column in (("criterion", answers.criterion), ("answer", answers.answer)):
            found = specs.forms[answers.form].columns.get(column)
            if found is None:
                yield file.error(["answers", key], f"the form {answers.form} has no column {column!r}")
            elif not found.codelist:
                yield file.error(["answers", key], f"{column!r} needs a code list, and the column has none")


def _dangling_records(specs: Specs, domain: DomainSpec, file: SpecFile, index: int, records: Records) -> Iterator[SpecError]:
    at: list[str | int] = ["records", index]
    if records.form not in specs.sources:
        yield file.error([*at, "form"], f"there is no form {records.form!r} in sdtm_specs/forms")
        return
    known = {records.form: specs.sources[records.form]}
    for alias, join in records.join.items():
        where = [*at, "join", alias]
        if join.form not in specs.sources:
            yield file.error([*where, "form"], f"there is no form {join.form!r} in sdtm_specs/forms")
            continue
        if alias == records.form:
            yield file.error(where, f"{alias!r} already names the form of the records", "Give the join another name.")
            continue
        known[alias] = specs.sources[join.form]
        for key, columns in (("to" if join.to else "on", join.others), ("first", join.first), ("last", join.last)):
            for column in columns:
                spec = known[alias].columns.get(column)
                if spec is None:
                    yield file.error([*where, key], f"the form {join.form} has no column {column!r}")
                elif key in ("first", "last") and spec.type == "text":
                    yield file.error([*where, key], f"needs a date or a number to choose by; {column!r} is text")
        for column in join.on:
            if column not in specs.sources[records.form].columns:
                yield file.error([*where, "on"], f"the form {records.form} has no column {column!r}")
        if join.where:
            yield from _expression(file, [*where, "where"], join.where, {alias: specs.sources[join.form]})
    if isinstance(records.where, FunctionCall):
        for column in records.where.columns:
            if resolve(column, known) is None:
                yield file.error([*at, "where"], f"there is no column {column!r} in {', '.join(known)}")
        yield from _function(specs, file, [*at, "where"], records.where)
    elif records.where:
        yield from _expression(file, [*at, "where"], records.where, known)
    own: dict[tuple[str | int, ...], tuple[Algorithm, ...]] = {
        ("variables", name): value for name, value in domain.variables.items()
    }
    own |= {("records", index, "variables", name): value for name, value in records.variables.items()}
    own |= {("supp", name, "value"): value for name, value in domain.qualifiers(records).items()}
    for location, algorithms in own.items():
        for algorithm in algorithms:
            yield from _dangling_algorithm(specs, file, list(location), algorithm, known)
    common = specs.files.get("common")
    for name, algorithms in specs.common.variables.items():
        if name not in domain.algorithms(records) and common:
            for algorithm in algorithms:
                yield from _dangling_algorithm(specs, common, ["variables", name], algorithm, known)


def _dangling_variables(specs: Specs, domain: DomainSpec, file: SpecFile) -> Iterator[SpecError]:
    """What algorithms and keys say about the domain's own variables."""
    kinds = [specs.algorithms(domain, records) for records in domain.records]
    filled = {"STUDYID", "DOMAIN", *(name for kind in kinds for name in kind)}
    needs_subject = bool(domain.supp)
    meant: dict[str, str] = {}
    for index, records in enumerate(domain.records):
        for alias, form in {**{alias: join.form for alias, join in records.join.items()}, records.form: records.form}.items():
            if meant.setdefault(alias, form) != form:
                where: list[str | int] = ["records", index, "join", alias]
                yield file.error(where, f"{alias} means the form {form} here and {meant[alias]} in other records of the domain")
    for place, keys in (("keys", domain.keys), ("order", domain.order)):
        for key in keys:
            if key not in filled:
                yield file.error([place], f"{key} is no variable that the domain fills")
    for name in dict.fromkeys(name for kind in kinds for name in kind):
        ways = [kind[name] for kind in kinds if name in kind]
        index = next(index for index, kind in enumerate(kinds) if name in kind)
        at: list[str | int] = ["records", index, "variables"] if name in domain.records[index].variables else ["variables"]
        if ways[0][0].operation not in FILLED_LATER:
            if any(other[0].operation in FILLED_LATER for other in ways):
                yield file.error([*at, name], "is derived for some records and filled otherwise for others")
            continue
        if any(other != ways[0] for other in ways) or len(ways) < len(kinds):
            yield file.error([*at, name], f"{ways[0][0].operation} must be the same for all records of the domain")
        needs_subject |= domain.domain != "DM" or ways[0][0].operation == "derive_seq"
        for variable in ways[0][0].needs:
            if variable not in filled:
                yield file.error([*at, name], f"{variable} is no variable that the domain fills")
        yield from dangling_result(name, ways[0][0], filled, file, at, specs.domains)
        if ways[0][0].derive_epoch and (lacking := _lacking_of_elements(specs, domain)):
            yield file.error([*at, name], lacking)
    if needs_subject and any("USUBJID" not in kind for kind in kinds):
        yield file.error(["domain"], "sequence numbers, study days and supplemental qualifiers need USUBJID, which is not filled")
    if domain.supp and domain.domain != "DM" and f"{domain.domain}SEQ" not in filled:
        yield file.error(["supp"], f"supplemental qualifiers refer to {domain.domain}SEQ, which is not filled")
    for name, qualifier in domain.supp.items():
        if qualifier.value[0].operation in FILLED_LATER:
            yield file.error(["supp", name, "value"], f"{qualifier.value[0].operation} does not fill a qualifier")
        if qualifier.form and qualifier.form not in {records.form for records in domain.records}:
            yield file.error(["supp", name, "form"], f"the domain has no records of a form {qualifier.form!r}")


def _lacking_of_elements(specs: Specs, domain: DomainSpec) -> str:
    """Why SE can't tell an epoch; empty where it can."""
    if domain.domain == "SE":
        return "derive_epoch looks into SE, whose own EPOCH is assigned"
    if domain.domain == "DM":
        return "derive_epoch looks into SE, which is made after DM"
    if "SE" not in specs.domains:
        return "derive_epoch needs the domain SE, which is not in sdtm_specs/domains"
    elements = specs.domains["SE"]
    for records in elements.records:
        absent = [name for name in ELEMENTS if name not in specs.algorithms(elements, records)]
        if absent:
            return f"derive_epoch needs {absent[0]} of SE, which is not filled for the records of {records.form}"
    return ""


def _dangling_algorithm(
    specs: Specs, file: SpecFile, at: list[str | int], algorithm: Algorithm, known: dict[str, FormSpec]
) -> Iterator[SpecError]:
    for column in algorithm.columns:
        found = resolve(column, known)
        if found is None:
            yield file.error(at, f"there is no column {column!r} in {', '.join(known)}")
        elif algorithm.assign_ct and not (algorithm.codelist or known[found[0]].columns[found[1]].codelist):
            yield file.error(at, f"assign_ct needs a code list: name one here or on the column {column!r}")
        elif algorithm.assign_datetime and not known[found[0]].columns[found[1]].format:
            yield file.error(at, f"assign_datetime needs a column with a date or time format; {column!r} has none")
    yield from _shared_parts(file, at, algorithm, known)
    if algorithm.codelist and algorithm.codelist not in specs.codelists:
        yield file.error([*at, "codelist"], f"no code list {algorithm.codelist!r} in codelists.yml")
    if algorithm.condition_add:
        yield from _expression(file, [*at, "condition_add"], algorithm.condition_add, known)
    if algorithm.derive:
        yield from _function(specs, file, at, algorithm.derive)


def _shared_parts(file: SpecFile, at: list[str | int], algorithm: Algorithm, known: dict[str, FormSpec]) -> Iterator[SpecError]:
    """Columns that are put together have different parts: the day of one and the month of another are nobody's date."""
    seen: dict[str, str] = {}
    for name in dict.fromkeys(algorithm.assign_datetime or ()):
        found = resolve(name, known)
        formats = known[found[0]].columns[found[1]].format if found else ()
        for part in sorted(set().union(*map(format_parts, formats))):
            if part in seen:
                yield file.error(
                    at,
                    f"assign_datetime puts {seen[part]} and {name} together, and both have the part {part}",
                    "Where one stands for the other, write a list of algorithms, one for each column.",
                )
                return
        seen |= {part: name for form in formats for part in format_parts(form)}


def _function(specs: Specs, file: SpecFile, at: list[str | int], call: FunctionCall) -> Iterator[SpecError]:
    if call.function not in specs.derivations.functions:
        yield file.error(at, f"there is no function {call.function!r} in {specs.derivations.place.name}")
    for form in call.reads:
        if form not in specs.forms:
            yield file.error(at, f"there is no form {form!r} in sdtm_specs/forms")


def _expression(file: SpecFile, at: list[str | int], text: str, known: dict[str, FormSpec]) -> Iterator[SpecError]:
    try:
        parsed = parse(text)
    except ExpressionError as error:
        yield file.error(at, str(error))
        return
    for name in sorted(parsed.names):
        found = resolve(name, known)
        if found is None:
            yield file.error(at, f"there is no column {name!r} in {', '.join(known)}")
        elif name in parsed.terms and not known[found[0]].columns[found[1]].codelist:
            yield file.error(at, f"term({name}) needs a code list, and the column has none")


def resolve(name: str, forms: dict[str, FormSpec]) -> tuple[str, str] | None:
    """The (alias, column) a name means: a column of the first form, or ``ALIAS.COLUMN``; None where there is none."""
    first = next(iter(forms))
    if name in forms[first].columns:
        return first, name
    alias, _, column = name.partition(".")
    if alias in forms and column in forms[alias].columns:
        return alias, column
    return None
