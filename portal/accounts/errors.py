"""Refusals: sentences for the person who asked."""


class Refused(Exception):
    """The change cannot be made; the sentence says why and what to do."""


class LinkOver(Refused):
    """A mailed link no longer opens anything."""
