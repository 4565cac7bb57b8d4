"""The study's functions."""


def usubjid(subject):
    """The study before the subject's number."""
    return "SMALL-" + subject
