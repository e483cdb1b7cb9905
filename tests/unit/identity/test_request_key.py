"""Keys of requests: a reply is told again to whom it was given, and to nobody else."""

from dataclasses import replace
from datetime import timedelta

from app.identity.principal import ANYBODY
from app.identity.request_key import request_key


def test_sessions_of_two_patients_have_keys_of_their_own() -> None:
    """A person of one name may have both, and is to get neither's reply in the other."""
    limited = [replace(ANYBODY, patient=patient) for patient in (None, "P-1", "P-2")]
    digests = {request_key("k", one, (b"body",), timedelta(hours=1)).digest for one in limited}
    assert len(digests) == len(limited)
