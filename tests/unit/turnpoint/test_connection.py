"""Where the client looks for the service, and as whom."""

import pytest

from turnpoint import AddressError, Turnpoint
from turnpoint.connection import connection_options


def test_what_is_not_given_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TURNPOINT_URL", "TURNPOINT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    alone = connection_options(None, None, None, True)
    assert str(alone["base_url"]) == "http://127.0.0.1:8000"
    assert "Authorization" not in alone["headers"]
    monkeypatch.setenv("TURNPOINT_URL", "https://turnpoint.example/risk")
    monkeypatch.setenv("TURNPOINT_TOKEN", "from-the-environment")
    found = connection_options(None, None, None, True)
    assert str(found["base_url"]) == "https://turnpoint.example/risk"
    assert found["headers"]["Authorization"] == "Bearer from-the-environment"
    said = connection_options("http://10.0.0.1", "said", None, True)
    assert str(said["base_url"]) == "http://10.0.0.1"
    assert said["headers"]["Authorization"] == "Bearer said"


@pytest.mark.parametrize(
    "url",
    ["host", "ftp://host", "http://", "http://host:secret", "http://u:secret@host", "http://host?secret"],
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(AddressError) as caught:
        Turnpoint(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schlüssel"])
def test_what_is_no_token_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(AddressError) as caught:
        Turnpoint(token=token)
    assert token not in str(caught.value)


def test_a_proxy_is_for_servers_elsewhere() -> None:
    for url in ("http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"):
        assert not connection_options(url, None, None, True)["trust_env"]
    assert connection_options("https://turnpoint.example", None, None, True)["trust_env"]
