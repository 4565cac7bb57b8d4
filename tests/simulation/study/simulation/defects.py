"""What goes wrong in this trial alone."""

from __future__ import annotations

from trialbook.simulation import defect, set_value


@defect("DEAD_BEFORE_CONSENT")
def dead_before_consent(tables, random):
    for record in random.permutation(tables["DEATH"].index):
        yield set_value("DEATH", record, "DAT", "2001-01-01")
