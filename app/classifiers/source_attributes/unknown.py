"""How it is said that something is not known: with its reason, never with nothing."""


def not_available(reason: str) -> str:
    """A sentence; `reason` is another one, or part of it after the colon."""
    return f"Not available: {reason}"


NO_CARD = not_available("the model has no card that says so.")
