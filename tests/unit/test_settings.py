"""Settings refuse what would be unsafe, and read the URLs that hosting platforms hand out."""

import pytest
from pydantic import ValidationError

from app.settings import Settings

TOKEN = "0123456789abcdef"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.org"])
def test_beyond_this_machine_callers_must_be_known(host: str) -> None:
    with pytest.raises(ValidationError, match="API_TOKENS"):
        Settings(host=host)
    assert Settings(host=host, api_tokens=TOKEN).api_tokens[0].get_secret_value() == TOKEN  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_loopback_they_need_not_be(host: str) -> None:
    assert Settings(host=host).is_loopback


def test_short_tokens_are_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError, match="at least 16 characters"):
        Settings(api_tokens="sesame")  # type: ignore[arg-type]


@pytest.mark.parametrize("prefix", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_every_form_of_database_url_means_psycopg(prefix: str) -> None:
    assert Settings(database_url=f"{prefix}db/turnpoint").database_url == "postgresql+psycopg://db/turnpoint"
