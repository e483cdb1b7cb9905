"""Where an error was raised, in words that a log may hold: its message may have a patient's values."""

import traceback

_KEPT = "_raised_at"


def raised_at(error: BaseException) -> str:
    """File, line and function."""
    kept = getattr(error, _KEPT, None)
    if isinstance(kept, str):
        return kept
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno} {frames[-1].name}" if frames else "unknown"


def keep_raised_at(error: BaseException) -> None:
    """Have the error tell it wherever it goes: its traceback stays in the process that it was raised in."""
    setattr(error, _KEPT, raised_at(error))
