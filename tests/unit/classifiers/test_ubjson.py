"""Which files are whole is found without XGBoost, which may crash on one that is not."""

from itertools import count

import pytest

from app.classifiers.ubjson import is_whole
from tests.unit.classifiers.boosters import trained


def test_a_file_that_breaks_off_anywhere_is_not_whole() -> None:
    whole = bytes(trained(1, 2, None, max_depth=1).save_raw("ubj"))
    assert is_whole(whole)
    assert not any(is_whole(whole[:length]) for length in range(len(whole)))
    assert not is_whole(whole + b"\0")


_NESTED = b"{U\x01a" + 500 * b"[" + 500 * b"]" + b"}"
_BROKEN = [
    b"[]",
    b"{",
    b"{U",
    b"{U\x01a",
    b"{U\xffa}",
    b"{U\x01a[$d#L",
    b"{U\x01a[$d}",
    b"{U\x01ax}",
    b"{}{}",
    b"{i\xffa}",
    b"{U\x01a[#i\xff}",
    b"{U\x01a[$L#L\x20" + bytes(7) + b"}",  # eight times that many are none, where a number has 64 bits
]


@pytest.mark.parametrize("content", [*_BROKEN, _NESTED], ids=count())
def test_what_is_not_one_object_is_not_whole(content: bytes) -> None:
    assert not is_whole(content)


def test_an_object_of_every_type_is_whole() -> None:
    values = [b"Z", b"T", b"i\x01", b"U\x01", b"I\x00\x01", b"l" + bytes(4), b"L" + bytes(8), b"d" + bytes(4)]
    values += [
        b"D" + bytes(8),
        b"Cc",
        b"SU\x01s",
        b"HU\x011",
        b"[TF]",
        b"[#U\x02TF",
        b"[$U#U\x02\x00\x01",
        b"{#U\x01U\x01aT",
    ]
    values += [b"{$S#U\x01U\x01aU\x02bc"]
    assert is_whole(b"{" + b"".join(b"U\x01k" + value for value in values) + b"}")
