"""Synthetic exports: the study says what happens to its subjects, the kit writes it down as a site would, and breaks it.

**What the study gives**, in its folder ``simulation/``:

``course.py`` has ``simulate(subjects, random, parameters)``: so many subjects, a :class:`numpy.random.Generator` (the only source
of chance: the same seed gives the same trial) and what ``parameters.yml`` holds as plain dicts and lists. It returns *canonical*
tables: a frame a form, by the form's name; columns exactly the form specification's in its order, dtype ``str``, ``""`` for
missing; a column with a code list holds the list's *term*; dates and times are ISO 8601 (``2024-03``, ``2024-03-05T09:30``,
``09:30``); a required cell is filled and the keys differ. The kit refuses what is not so, and names table, column and record.

``defects*.py`` (may be absent) have the study's own kinds of defect, each a function marked by :func:`defect`: from the canonical
tables and a generator it yields, in random order, one *defect* after another for as long as it finds a place for one; a defect
is one :class:`Change` or a list of them. The kit takes as many as are wanted, and never breaks a cell twice::

    from trialbook.simulation import defect, edit_text, remove, set_text, set_value

    @defect("DOSE_BEFORE_CONSENT", detectable=True)
    def dose_before_consent(tables, random):
        doses = tables["EX"]
        for record in random.permutation(doses.index[doses["DAT"] != ""]):
            yield set_value("EX", record, "DAT", "2001-01-01")      # canonical: written as the site writes this column
            # set_text("EX", record, "DAT", "31/31/2001")           the very text of the cell
            # edit_text("EX", record, "DAT", str.lower)             a function of the text that the site wrote
            # remove("EX", record), double("EX", record)            a whole record (a copy goes to the end of its form)

``record`` is the label of the record in the table's index (0, 1, 2 …). ``detectable`` is whether anything in the export tells:
False where the broken value is as plausible as the true one. A change may say otherwise than its kind does:
``set_value(…, detectable=False)``.

Every other ``*.py`` of the folder is the study's to split these into: ``from .visits import plan`` works in both, and between
siblings. Files beside them are read by ``Path(__file__).with_name("profile.csv")``.

The kit breaks and dirties by the specifications alone: **it knows no rule**.
"""

from trialbook.simulation.changes import Change, Kind, defect, double, edit_text, remove, set_text, set_value
from trialbook.simulation.generator import Simulation, simulate_export
from trialbook.simulation.layouts import LAYOUTS

__all__ = [
    "LAYOUTS",
    "Change",
    "Kind",
    "Simulation",
    "defect",
    "double",
    "edit_text",
    "remove",
    "set_text",
    "set_value",
    "simulate_export",
]
