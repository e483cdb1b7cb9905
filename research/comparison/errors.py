"""Why two versions cannot be compared."""


class ComparisonError(RuntimeError):
    """The message is a sentence for whoever asked for it."""
