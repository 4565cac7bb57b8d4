"""Why a rule is not started."""

NO_DEFINE = "there is no Define-XML to hold the datasets against"
NO_PREFERRED_TERMS = "the controlled terminology here has no preferred terms, which it asks for"
OUT_OF_SCOPE = "no dataset is in its scope"
