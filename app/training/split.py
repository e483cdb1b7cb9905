"""Who is held out: a rule that depends on nothing but the person's own number."""

import hashlib

HELD_OUT_PERCENT = 25


def is_held_out(seqn: int) -> bool:
    """Whether a participant, by NHANES sequence number, is kept from training.

    A hash rather than a random generator: neither row order nor a library's version can move anybody
    from one side to the other.
    """
    digest = hashlib.sha256(f"turnpoint:{seqn}".encode()).hexdigest()
    return int(digest[:8], 16) % 100 < HELD_OUT_PERCENT
