"""A head is written down and read back as it was; what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.verification import Head


@given(seq=st.integers(1, 2**63), digest=st.binary(min_size=32, max_size=32))
def test_a_head_reads_back(seq: int, digest: bytes) -> None:
    head = Head(seq, digest)
    assert Head.read(str(head)) == head
    assert Head.read(f" {head}\n") == head


def test_the_head_of_an_empty_chain_reads_back() -> None:
    assert Head.read(str(Head(0, b""))) == Head(0, b"")


@pytest.mark.parametrize(
    "written",
    ["", ":", "17", "17:", "17:ab", "x:" + 64 * "0", "-1:" + 64 * "0", "017:" + 64 * "0", "1:" + 64 * "g"],
)
def test_what_is_no_head_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Head.read(written)
