"""Tables that cannot be brought up to date: one sentence, without what is secret in the URL."""

import pytest

from app.settings import Settings
from app.storage.migrate import MigrationError, migrate


@pytest.mark.parametrize("url", ["sesame", "nonsense://clinic:sesame@host/record"])
def test_what_is_no_url_of_a_database(url: str) -> None:
    with pytest.raises(MigrationError) as caught:
        migrate(Settings(database_url=url))
    assert str(caught.value) == "DATABASE_URL is not the URL of a PostgreSQL database."


def test_a_database_that_is_away() -> None:
    with pytest.raises(MigrationError) as caught:
        migrate(Settings(database_url="postgresql://clinic:sesame@127.0.0.1:9/record"))
    (sentence,) = str(caught.value).splitlines()
    assert sentence.startswith("The database of DATABASE_URL cannot be used: ")
    assert "sesame" not in sentence
