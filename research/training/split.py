"""Who is held out: a rule that depends on nothing but the number that the data set gives a person."""

import hashlib

HELD_OUT_PERCENT = 25


def is_held_out(seqn: int) -> bool:
    """Whether the person of this number is kept from training.

    A hash rather than a random generator: neither row order nor a library's version can move anybody
    from one side to the other.
    """
    digest = hashlib.sha256(f"turnpoint:{seqn}".encode()).hexdigest()
    return int(digest[:8], 16) % 100 < HELD_OUT_PERCENT


def rule(number: str) -> str:
    """The rule in words, for a data set that calls a person's number this."""
    return f'int(sha256("turnpoint:" + {number})[:8], 16) % 100 < {HELD_OUT_PERCENT}'
