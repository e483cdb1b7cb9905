"""A database that cannot be migrated is told in one sentence, without the secrets of its URL."""

import pytest

from app.settings import Settings
from app.storage.migrate import MigrationError, migrate
from tests.unit.storage import away

NO_URL = "DATABASE_URL is not the URL of a PostgreSQL database."


def refusal(url: str) -> str:
    with pytest.raises(MigrationError) as caught:
        migrate(Settings(database_url=url))
    (sentence,) = str(caught.value).splitlines()
    assert away.SECRET not in sentence
    return sentence


@pytest.mark.parametrize(
    "url",
    [
        away.SECRET,
        f"://turnpoint:{away.SECRET}@db/turnpoint",
        f"http://turnpoint:{away.SECRET}@db/turnpoint",
        f"redis://turnpoint:{away.SECRET}@db/0",
    ],
)
def test_what_is_no_url_of_a_database_is_told(url: str) -> None:
    assert refusal(url) == NO_URL


def test_a_database_that_is_away_is_told_with_its_place() -> None:
    sentence = refusal(away.DATABASE)
    assert sentence.startswith("The database of DATABASE_URL cannot be used: ")
    assert away.NOWHERE in sentence


def test_an_option_that_the_driver_does_not_know_is_named() -> None:
    assert refusal(f"{away.DATABASE}&colour=blue") == (
        'The database of DATABASE_URL cannot be used: invalid connection option "colour"'
    )
