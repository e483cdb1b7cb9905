"""The file of receivers of webhooks: what it may say, and that faults quote no value."""

from pathlib import Path

import pytest

from app.domain.webhook_event import EventType
from app.identity.configured import receivers_of
from app.identity.errors import IdentityError
from app.identity.webhook_receivers import WebhooksError, load_receivers

SECRET = "whsec_" + "QUJD" * 8
WHOLE = f"""
[[receiver]]
name = "north"
tenant = "north-clinic"
url = "https://hooks.example/turnpoint"
events = ["plan.review_due"]
secrets = ["{SECRET}"]

[[receiver]]
name = "local"
url = "http://127.0.0.1:8001/told"
secrets = ["{SECRET}", "{SECRET[:-4]}REVG"]
enabled = false
"""


def written(folder: Path, text: str, name: str = "webhooks.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_receivers_are_of_a_tenant_and_of_events(tmp_path: Path) -> None:
    receivers = load_receivers(written(tmp_path, WHOLE))
    assert receivers.tenants == ("north-clinic", "default")
    assert [one.name for one in receivers.of("north-clinic")] == ["north"]
    assert receivers.of("north-clinic", EventType.AUGMENTATION_FAILED) == ()
    assert [one.name for one in receivers.of("default", EventType.AUGMENTATION_FAILED)] == ["local"]
    assert receivers.of("another") == ()
    local = receivers.of("default")[0]
    assert not local.enabled
    assert len(local.signing_secrets()) == 2


def test_without_a_file_nobody_is_told() -> None:
    assert load_receivers(None).receivers == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://hooks.example/turnpoint", "http://hooks.example/turnpoint"),
        ("https://hooks.example/turnpoint", "http://169.254.169.254/latest"),
        ("https://hooks.example/turnpoint", "https://user:pass@hooks.example/"),
        ("https://hooks.example/turnpoint", "https://hooks.example/?key=1"),
        ("https://hooks.example/turnpoint", "file:///etc/passwd"),
        ('"plan.review_due"', '"plan.made"'),
        ('["plan.review_due"]', "[]"),
        (f'["{SECRET}"]', '["whsec_QUJD"]'),
        (f'["{SECRET}"]', '["no secret at all"]'),
        (f'["{SECRET}"]', "[]"),
        ('name = "local"', 'name = "north"'),
        ("enabled = false", "enabld = false"),
        ("enabled = false", 'secret_file = "/run/secrets/one"'),
        ("[[receiver]]", "[[receivers]]"),
        ("url =", "url :"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_not_quoted(tmp_path: Path, before: str, after: str) -> None:
    assert before in WHOLE
    path = written(tmp_path, WHOLE.replace(before, after, 1))
    with pytest.raises(WebhooksError) as told:
        load_receivers(path)
    assert "WEBHOOKS_FILE" in str(told.value)
    for secret in (SECRET, "hooks.example", "169.254", "user:pass"):
        assert secret not in str(told.value)
    with pytest.raises(IdentityError, match="WEBHOOKS_FILE"):
        receivers_of(path)


def test_a_file_of_secrets_is_read_when_it_is_needed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    receivers = load_receivers(
        written(
            tmp_path,
            f'[[receiver]]\nname = "a"\nurl = "https://hooks.example/"\nsecret_file = "{secret}"\n',
        )
    )
    (receiver,) = receivers.receivers
    with pytest.raises(WebhooksError, match="cannot be read"):
        receiver.signing_secrets()
    secret.write_text(f"{SECRET}\n{SECRET}\n")
    assert receiver.signing_secrets() == (SECRET, SECRET)
    for nonsense in ("", "hunter2", f"{SECRET}\nhunter2"):
        secret.write_text(nonsense)
        with pytest.raises(WebhooksError, match="holds no secrets") as told:
            receiver.signing_secrets()
        assert "hunter2" not in str(told.value)


def test_secrets_are_shown_to_nobody(tmp_path: Path) -> None:
    assert SECRET not in repr(load_receivers(written(tmp_path, WHOLE)))
