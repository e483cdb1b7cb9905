"""A database that cannot be migrated is told in one sentence, without the secrets of its URL."""

import pytest

from app.settings import Settings
from app.storage.migrate import MigrationError, migrate
from tests.unit.storage import away


def refusal(url: str) -> str:
    with pytest.raises(MigrationError) as caught:
        migrate(Settings(database_url=url))
    (sentence,) = str(caught.value).splitlines()
    assert away.SECRET not in sentence
    return sentence


def test_a_database_that_is_away_is_told_with_its_place() -> None:
    sentence = refusal(away.DATABASE)
    assert sentence.startswith("The database of DATABASE_URL cannot be used: ")
    assert away.NOWHERE in sentence


def test_an_option_that_the_driver_does_not_know_is_named() -> None:
    assert refusal(f"{away.DATABASE}&colour=blue") == (
        'The database of DATABASE_URL cannot be used: invalid connection option "colour"'
    )
