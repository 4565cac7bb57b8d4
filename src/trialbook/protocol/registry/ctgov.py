"""A record as ClinicalTrials.gov's API v2 gives it: one study, a list of studies, or a page of a search's ``studies``.

Structure as of API 2.0 (2024): ``protocolSection`` with a module for each part; each may be missing, and in it each field.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trialbook.errors import TrialbookError
from trialbook.protocol.registry.criteria import read_eligibility
from trialbook.protocol.registry.json_node import Node
from trialbook.protocol.registry.record import Age, Outcome, RecordArm, RecordForm, RecordIntervention, RegistryRecord
from trialbook.protocol.registry.terms import term, words_of

_REMEDY = "Give one study as ClinicalTrials.gov's API v2 writes it (JSON with protocolSection), or the text of the trial's page."


def read_study(data: Any, file: Path | str, identifier: str = "") -> RegistryRecord:
    """The record in parsed JSON; where it holds several studies, that of ``identifier``. Raises TrialbookError."""
    study = _study(data, file, identifier)
    protocol = Node(study, "", file).node("protocolSection")
    names, status, sponsors = (protocol.node(f"{part}Module") for part in ("identification", "status", "sponsorCollaborators"))
    design, eligibility = protocol.node("designModule"), protocol.node("eligibilityModule")
    arms, outcomes = protocol.node("armsInterventionsModule"), protocol.node("outcomesModule")
    contacts, description = protocol.node("contactsLocationsModule"), protocol.node("descriptionModule")
    info, enrolment = design.node("designInfo"), design.node("enrollmentInfo")
    criteria = read_eligibility(eligibility.text("eligibilityCriteria"))
    if not names.text("nctId"):
        raise TrialbookError("names no trial: there is no protocolSection.identificationModule.nctId", file=file, remedy=_REMEDY)
    other_ids = (names.node("orgStudyIdInfo").text("id"), *(one.text("id") for one in names.nodes("secondaryIdInfos")))
    return RegistryRecord(
        identifier=names.text("nctId"),
        form=RecordForm.JSON,
        other_ids=tuple(dict.fromkeys(one for one in other_ids if one)),
        title=names.text("briefTitle"),
        official_title=names.text("officialTitle"),
        acronym=names.text("acronym"),
        sponsor=sponsors.node("leadSponsor").text("name"),
        funder_type=term("funder_type", sponsors.node("leadSponsor").text("class")),
        status=term("status", status.text("overallStatus")),
        study_type=term("study_type", design.text("studyType")),
        phases=tuple(term("phase", phase) for phase in design.texts("phases")),
        conditions=protocol.node("conditionsModule").texts("conditions"),
        summary=description.text("briefSummary"),
        description=description.text("detailedDescription"),
        enrolment=enrolment.count("count"),
        enrolment_type=enrolment.text("type").upper(),
        sex=term("sex", eligibility.text("sex")),
        minimum_age=_age(eligibility, "minimumAge"),
        maximum_age=_age(eligibility, "maximumAge"),
        healthy_volunteers=_volunteers(eligibility),
        inclusion=criteria.inclusion,
        exclusion=criteria.exclusion,
        remarks=criteria.remarks,
        purpose=term("purpose", info.text("primaryPurpose")),
        allocation=term("allocation", info.text("allocation")),
        model=term("model", info.text("interventionModel") or info.text("observationalModel")),
        masking=term("masking", info.node("maskingInfo").text("masking")),
        arms=tuple(_arm(one, arms) for one in arms.nodes("armGroups")),
        interventions=tuple(
            RecordIntervention(term("intervention_type", one.text("type")), one.text("name"), one.text("description"))
            for one in arms.nodes("interventions")
        ),
        primary_outcomes=_outcomes(outcomes, "primaryOutcomes"),
        secondary_outcomes=_outcomes(outcomes, "secondaryOutcomes"),
        start_date=status.node("startDateStruct").text("date"),
        primary_completion_date=status.node("primaryCompletionDateStruct").text("date"),
        completion_date=status.node("completionDateStruct").text("date"),
        sites=len(list(contacts.nodes("locations"))) or None,
        contacts=tuple(one.text("name") for one in contacts.nodes("centralContacts")),
        text="\n".join(_texts(protocol)),
    )


def _study(data: Any, file: Path | str, identifier: str) -> dict[str, Any]:
    """The one study that is meant."""
    studies = data.get("studies") if isinstance(data, dict) and "protocolSection" not in data else data
    if isinstance(studies, list):
        found = [one for one in studies if isinstance(one, dict) and isinstance(one.get("protocolSection"), dict)]
        meant = [one for one in found if _identifier(one) == identifier]
        if len(found) == 1 or len(meant) == 1:
            return (meant or found)[0]
        if found:
            ids = ", ".join(_identifier(one) or "?" for one in found[:5]) + (", …" if len(found) > 5 else "")
            wanted = f"none of them {identifier}" if not meant else f"more than one of them {identifier}"
            raise TrialbookError(
                f"holds {len(found)} records ({ids}), {wanted}", file=file, remedy="Give the trial's own record."
            )
    if isinstance(studies, dict) and isinstance(studies.get("protocolSection"), dict):
        return studies
    raise TrialbookError(f"is JSON, but no registry record: {_found(data)}", file=file, remedy=_REMEDY)


def _found(data: Any) -> str:
    if isinstance(data, dict):
        if {"FullStudiesResponse", "FullStudy", "Study", "ProtocolSection"} & data.keys():
            return "it has the form of the API's retired version 1"
        return f"its keys are {', '.join(list(map(str, data))[:6])}" if data else "it is an empty object"
    return f"it is {'an empty list' if data == [] else 'a list of other things' if isinstance(data, list) else repr(data)[:40]}"


def _identifier(study: dict[str, Any]) -> str:
    module = study["protocolSection"].get("identificationModule")
    found = module.get("nctId") if isinstance(module, dict) else None
    return found if isinstance(found, str) else ""


def _arm(arm: Node, arms: Node) -> RecordArm:
    """A group; what it is given stands with it, else with the interventions that name it."""
    label = arm.text("label")
    given = arm.texts("interventionNames") or tuple(
        f"{words_of('intervention_type', term('intervention_type', one.text('type')))}: {one.text('name')}"
        for one in arms.nodes("interventions")
        if label in one.texts("armGroupLabels")
    )
    return RecordArm(label, term("arm_type", arm.text("type")), arm.text("description"), given)


def _age(eligibility: Node, key: str) -> Age | None:
    """``18 Years``; None for no limit."""
    text = eligibility.text(key)
    age = Age.read(text)
    if age is None and text and text.upper() not in ("N/A", "NA", "NONE"):
        raise eligibility.error(f"{eligibility.path}.{key}", f"expected an age such as “18 Years”, found {text!r}")
    return age


def _volunteers(eligibility: Node) -> bool | None:
    """True or false; earlier downloads have words."""
    value = eligibility.value.get("healthyVolunteers")
    if value is None or isinstance(value, bool):
        return value
    words = eligibility.text("healthyVolunteers").casefold()
    return words not in ("no", "false") if words else None


def _outcomes(outcomes: Node, key: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(one.text("measure"), one.text("timeFrame"), one.text("description")) for one in outcomes.nodes(key))


def _texts(node: Node) -> list[str]:
    """Every text of the protocol's section, in its order."""
    found: list[str] = []
    for key, value in node.value.items():
        if isinstance(value, str):
            found.append(node.text(key))
        elif isinstance(value, dict):
            found += _texts(node.node(key))
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    found += _texts(Node(item, key, node.file))
                elif isinstance(item, str):
                    found.append(item)
    return found
