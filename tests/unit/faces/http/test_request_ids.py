"""Laws of request ids: ours is always new, the caller's is kept only where it is random."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.faces.http.request_ids import request_ids

GIVEN = st.text(max_size=140) | st.from_regex(r"[0-9A-Za-z._-]{1,40}", fullmatch=True)


@given(GIVEN)
def test_ours_is_new_every_time(given_id: str) -> None:
    first, second = request_ids(given_id)[0], request_ids(given_id)[0]
    assert UUID(first.ours) != UUID(second.ours)


@given(GIVEN)
def test_what_goes_back_is_the_callers_or_ours_and_fits_a_header(given_id: str) -> None:
    ids, back = request_ids(given_id)
    assert back in (given_id, ids.ours)
    assert 1 <= len(back) <= 128
    assert back.isascii()
    assert back.isprintable()
    assert not set(back) & set(' "<>\\\r\n')


@given(GIVEN)
def test_what_is_kept_goes_back_too(given_id: str) -> None:
    ids, back = request_ids(given_id)
    assert ids.callers in (None, given_id)
    assert ids.callers is None or back == given_id


@given(st.from_regex(r"[0-9 .:/T+-]{1,40}", fullmatch=True))
def test_a_date_or_a_number_is_never_kept(given_id: str) -> None:
    assert request_ids(given_id)[0].callers is None


@given(st.uuids(version=4).filter(lambda one: not one.hex.isdigit()))
def test_a_random_uuid_is_kept_with_hyphens_and_without(given_id: UUID) -> None:
    for text in (str(given_id), given_id.hex, str(given_id).upper()):
        assert request_ids(text)[0].callers == text
