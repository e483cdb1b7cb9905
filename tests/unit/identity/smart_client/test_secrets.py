"""The secrets of a launch: what goes by way of the EHR gives away nothing of what stays in the browser."""

import base64
import hashlib

from app.identity.smart_client.secrets import LaunchSecrets, digest_of, new_secret


def test_the_challenge_is_of_the_verifier() -> None:
    secrets = LaunchSecrets.new()
    digest = hashlib.sha256(secrets.code_verifier.encode()).digest()
    assert secrets.code_challenge == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert 43 <= len(secrets.code_verifier) <= 128


def test_all_are_different_and_stay_what_they_are() -> None:
    one, other = LaunchSecrets.new(), LaunchSecrets.new()
    parts = [
        part
        for secrets in (one, other)
        for part in (secrets.state, secrets.browser, secrets.code_verifier, secrets.nonce)
    ]
    assert len(set(parts)) == len(parts)
    again = LaunchSecrets(one.state, one.browser)
    assert (again.nonce, again.code_verifier) == (one.nonce, one.code_verifier)
    assert LaunchSecrets(one.state, other.browser).code_verifier != one.code_verifier
    assert LaunchSecrets(other.state, one.browser).code_verifier != one.code_verifier


def test_neither_is_shown_by_accident() -> None:
    secrets = LaunchSecrets.new()
    assert secrets.state not in repr(secrets)
    assert secrets.browser not in repr(secrets)
    assert len(digest_of(new_secret())) == 32
