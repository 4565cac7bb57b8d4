from trialbook.checks import RawForm, Severity, rule


class DMForm(RawForm, form="DM"):
    @rule("SMALL-001", Severity.ERROR, "The first message", variables=["SITE"])
    def has_site(cls, dm):
        return dm["SITE"] != ""
