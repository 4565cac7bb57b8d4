"""What the kit knows of the parameters of the trial summary (TS): their code lists, formats, and which a summary must have."""

from __future__ import annotations

NO_YES = "C66742"

CODELISTS: dict[str, str] = {
    "ADAPT": NO_YES,
    "ADDON": NO_YES,
    "BRDNAIND": NO_YES,
    "BRIND": NO_YES,
    "CMSPSTAT": NO_YES,
    "DMCIND": NO_YES,
    "DOSFRM": "C66726",
    "DOSFRQ": "C71113",
    "DOSU": "C71620",
    "EPDISIND": NO_YES,
    "EXTTIND": NO_YES,
    "FDADEIND": NO_YES,
    "FDADRIND": NO_YES,
    "FDATCHSP": "C160926",
    "HLTSUBJI": NO_YES,
    "INTMODEL": "C99076",
    "INTTYPE": "C99078",
    "ONGOSIND": NO_YES,
    "PASSIND": NO_YES,
    "PDPSTIND": NO_YES,
    "PDSTIND": NO_YES,
    "PIPIND": NO_YES,
    "RANDOM": NO_YES,
    "RDIND": NO_YES,
    "ROUTE": "C66729",
    "SDTIGVER": "C160924",
    "SDTMVER": "C160923",
    "SEXPOP": "C66732",
    "SSTDYIND": NO_YES,
    "STYPE": "C99077",
    "TBLIND": "C66735",
    "TCNTRL": "C66785",
    "TINDTP": "C66736",
    "TPHASE": "C66737",
    "TTYPE": "C66739",
}
"""The C-code of the code list that a parameter's TSVAL is of (SDTM CT); any other parameter takes text, a number or a date."""

DURATIONS = ("AGEMAX", "AGEMIN", "CRMDUR", "LENGTH", "PLNTRDUR", "PTRTDUR", "SDMDUR", "TRGFUDUR")
DATES = ("CSRARDTC", "DCUTDTC", "SENDTC", "SSTDTC")
NUMBERS = ("ACTSUB", "NARMS", "NCOHORT", "PLANSUB", "RANDQT")
COUNTRIES = ("FCNTRY", "MNFCNTRY")

SINGLE = frozenset(
    [
        *(name for name, codelist in CODELISTS.items() if codelist == NO_YES),
        *(
            "ACTSUB",
            "AGEMAX",
            "AGEMIN",
            "INTMODEL",
            "LENGTH",
            "NARMS",
            "PLANSUB",
            "PLNTRDUR",
            "RANDQT",
            "SENDTC",
            "SEXPOP",
            "SSTDTC",
        ),
        *("STYPE", "TBLIND", "TPHASE"),
    ]
)
"""Parameters of which a trial has one value."""

_SUMMARY_CODES = "the trial summary codes of SDTMIG, appendix C1"
REQUIRED: dict[str, str] = {
    **dict.fromkeys(
        (
            *("ACTSUB", "ADAPT", "ADDON", "AGEMAX", "AGEMIN", "DCUTDESC", "DCUTDTC", "FCNTRY", "HLTSUBJI", "LENGTH", "NARMS"),
            *("OBJPRIM", "OUTMSPRI", "PLANSUB", "RANDOM", "REGID", "SENDTC", "SEXPOP", "SPONSOR", "STOPRULE", "STYPE", "TBLIND"),
            *("TCNTRL", "TITLE", "TPHASE", "TTYPE"),
        ),
        _SUMMARY_CODES,
    ),
    "SSTDTC": "FDA's technical rejection criterion 1734, and the trial summary codes",
    "SDTIGVER": "FDA's Study Data Technical Conformance Guide",
    "SDTMVER": "FDA's Study Data Technical Conformance Guide",
}
"""Parameters that every summary has, at least with a null flavor, and who asks for them."""

REQUIRED_IF: dict[tuple[str, str], dict[str, str]] = {
    ("STYPE", "INTERVENTIONAL"): dict.fromkeys(("INTMODEL", "INTTYPE", "TINDTP", "TRT"), _SUMMARY_CODES),
    ("HLTSUBJI", "N"): dict.fromkeys(("INDIC", "TDIGRP"), _SUMMARY_CODES),
    ("INTTYPE", "DRUG"): dict.fromkeys(("DOSE", "DOSU", "DOSFRQ", "ROUTE", "PCLAS"), _SUMMARY_CODES),
    ("RANDOM", "Y"): dict.fromkeys(("RANDQT", "STRATFCT"), _SUMMARY_CODES),
    ("ADDON", "Y"): {"CURTRT": _SUMMARY_CODES},
    ("TCNTRL", "ACTIVE"): {"COMPTRT": _SUMMARY_CODES},
}
"""The same of those that another parameter's value asks for."""

REFERENCES = {
    **dict.fromkeys((*DURATIONS, *DATES), "ISO 8601"),
    **dict.fromkeys(COUNTRIES, "ISO 3166"),
}
"""TSVCDREF of what no code list of CDISC has."""

NULL_FLAVOR_REFERENCE = "ISO 21090"
CDISC_REFERENCE = "CDISC CT"
