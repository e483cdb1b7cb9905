"""A key is itself alone: whatever else is sent is none, and of its secret only a hash is known."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.keys import ApiKey, StoredKey, new_key, read_key
from app.identity.principal import PrincipalKind
from app.identity.scopes import AccessScope

KEY = new_key()
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def stored(**more: datetime) -> StoredKey:
    scopes = frozenset({AccessScope.FEEDBACK})
    return StoredKey(KEY.id, "default", "ehr", PrincipalKind.SYSTEM, KEY.digest, scopes, NOW, **more)


def test_a_key_is_read_as_it_was_made() -> None:
    keys = [new_key() for _ in range(50)]
    assert [read_key(key.text) for key in keys] == keys
    assert len({key.secret for key in keys}) == len({key.id for key in keys}) == 50


def test_a_scanner_can_find_it_and_its_repr_does_not_tell_it() -> None:
    assert re.fullmatch(r"tp_[a-z2-7]{13}_[a-z2-7]{59}", KEY.text)
    assert KEY.secret not in repr(KEY)
    assert KEY.secret not in repr(stored())


def test_only_a_hash_is_kept() -> None:
    assert stored().digest == hashlib.sha256(KEY.secret.encode()).digest()


@given(at=st.integers(0, len(KEY.text) - 1), letter=st.sampled_from("abcxyz234567_T\n é"))
def test_one_wrong_letter_is_noticed(at: int, letter: str) -> None:
    other = KEY.text[:at] + letter + KEY.text[at + 1 :]
    assert (read_key(other) is None) == (other != KEY.text)


@given(cut=st.integers(0, len(KEY.text) - 1), more=st.text(min_size=1, max_size=3))
def test_part_of_a_key_or_more_than_it_is_none(cut: int, more: str) -> None:
    assert read_key(KEY.text[:cut]) is None
    assert read_key(KEY.text + more) is None
    assert read_key(more + KEY.text) is None


@given(text=st.text(max_size=100))
def test_no_other_text_is_a_key(text: str) -> None:
    assert read_key(text) is None
    assert read_key(f"tp_{text}") is None


def test_another_secret_under_the_same_id_opens_nothing() -> None:
    assert stored().opens_for(KEY, NOW)
    assert not stored().opens_for(ApiKey(KEY.id, new_key().secret), NOW)


@pytest.mark.parametrize(
    ("end", "is_good"),
    [
        ({"expires_at": NOW + SECOND}, True),
        ({"expires_at": NOW}, False),
        ({"revoked_at": NOW - SECOND}, False),
    ],
)
def test_it_opens_until_it_ends(end: dict[str, datetime], is_good: bool) -> None:
    assert stored(**end).opens_for(KEY, NOW) is is_good
