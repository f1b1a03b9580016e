"""Why an action was refused, in a sentence for the person who asked."""


class NotAllowed(Exception):
    """The user may not do this at all."""


class Invalid(Exception):
    """What was asked for cannot be; the sentence says what would do."""
