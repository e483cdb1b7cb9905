"""A FHIR server's data is had whole, in time and from it alone, or it is said why not."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.fhir.bundles import next_of, resources_of
from app.outbound.fhir.client import FhirClient, FhirLimits
from app.outbound.fhir.faults import FhirError, FhirFault
from tests.integration.fake_server import Reply
from tests.unit.outbound.fhir.fake_fhir import FakeFhir, bundle, fake_fhir, observation

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
SECRET = "t0ken-of-the-ehr"


@asynccontextmanager
async def client_of(fake: FakeFhir, **limits: Any) -> AsyncIterator[FhirClient]:
    client = FhirClient(fake, FhirLimits(**{"wait_s": 30.0} | limits))
    try:
        yield client
    finally:
        await client.close()


async def ids_at(fake: FakeFhir, address: str, **limits: Any) -> list[str]:
    async with client_of(fake, **limits) as client:
        return [resource["id"] for resource in await client.read(address, SECRET)]


async def why_not(fake: FakeFhir, address: str, **limits: Any) -> FhirFault:
    with pytest.raises(FhirError) as failed:
        await ids_at(fake, address, **limits)
    assert str(failed.value) == failed.value.reason  # no address, no token
    assert failed.value.__cause__ is None or failed.value.__suppress_context__
    return failed.value.reason


async def test_one_resource_is_read_with_the_token() -> None:
    with fake_fhir() as fake:
        fake.tell("Observation/a", observation("a"))
        assert await ids_at(fake, "Observation/a") == ["a"]
        assert fake.tokens == [f"Bearer {SECRET}"]


async def test_all_pages_are_read_and_what_the_search_says_of_itself_is_left_out() -> None:
    with fake_fhir() as fake:
        first = bundle(observation("a"), OUTCOME, next_page=f"{fake.base}?_getpages=1")
        fake.tell("Observation?code=x", first)
        fake.tell("?_getpages=1", bundle(observation("b"), next_page="Observation?page=3"))
        fake.tell("Observation?page=3", bundle())
        assert await ids_at(fake, "Observation?code=x") == ["a", "b"]
        assert fake.asked == ["Observation?code=x", "?_getpages=1", "Observation?page=3"]


async def test_pages_elsewhere_are_not_asked_and_a_part_is_not_taken_for_the_whole() -> None:
    with fake_fhir() as fake, fake_fhir() as other:
        other.tell("Observation", bundle(observation("stolen")))
        for page in (f"{other.base}/Observation", "../admin", "file:///etc/passwd", f"{fake.base}x/A"):
            fake.tell("Observation", bundle(observation("a"), next_page=page))
            assert await why_not(fake, "Observation") is FhirFault.ELSEWHERE
        assert (set(fake.asked), other.asked) == ({"Observation"}, [])


async def test_redirects_are_not_followed() -> None:
    with fake_fhir() as fake, fake_fhir() as other:
        for status in (301, 302, 303, 307, 308):
            fake.replies["Patient/1"] = Reply(status, headers={"Location": f"{other.base}/Patient/1"})
            assert await why_not(fake, "Patient/1") is FhirFault.REDIRECTED
        assert other.asked == []


async def test_pages_without_an_end_have_one() -> None:
    with fake_fhir() as fake:
        fake.tell("Observation", bundle(observation("a"), next_page="Observation"))
        assert await why_not(fake, "Observation") is FhirFault.TOO_MANY_PAGES
        for page in range(10):
            fake.tell(f"Page?n={page}", bundle(observation(str(page)), next_page=f"Page?n={page + 1}"))
        fake.tell("Page?n=10", bundle())
        assert await why_not(fake, "Page?n=0", most_pages=10) is FhirFault.TOO_MANY_PAGES
        assert len(await ids_at(fake, "Page?n=0", most_pages=11)) == 10


async def test_bytes_of_all_pages_are_bounded() -> None:
    with fake_fhir() as fake:
        fake.tell("Observation", bundle({**observation("a"), "note": "x" * 3_000}, next_page="More"))
        fake.tell("More", bundle({**observation("b"), "note": "x" * 3_000}))
        assert await ids_at(fake, "Observation", most_bytes=8_000) == ["a", "b"]
        assert await why_not(fake, "Observation", most_bytes=5_000) is FhirFault.TOO_LARGE
        assert await why_not(fake, "Observation", most_bytes=2_000) is FhirFault.TOO_LARGE


async def test_a_server_that_hangs_or_drips_is_given_up() -> None:
    with fake_fhir() as fake:
        fake.replies["Hangs"] = Reply(hang=True)
        fake.replies["Drips"] = Reply(drip=True)
        assert await why_not(fake, "Hangs", wait_s=0.2) is FhirFault.TOO_SLOW
        assert await why_not(fake, "Drips", wait_s=0.2) is FhirFault.TOO_SLOW


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(401), FhirFault.DENIED),
        (Reply(403), FhirFault.DENIED),
        (Reply(404), FhirFault.NOT_FOUND),
        (Reply(410), FhirFault.NOT_FOUND),
        (Reply(400), FhirFault.FAILED),
        (Reply(500, json.dumps(OUTCOME).encode()), FhirFault.FAILED),
        (Reply(200, json.dumps(OUTCOME).encode()), FhirFault.OUTCOME),
        (Reply(200, b"<html>Sign in</html>"), FhirFault.NOT_FHIR),
        (Reply(200, b"[]"), FhirFault.NOT_FHIR),
        (Reply(200, b"{}"), FhirFault.NOT_FHIR),
        (Reply(200, b""), FhirFault.NOT_FHIR),
        (Reply(200, b'{"resourceType": "Patient", "resourceType": "Bundle"}'), FhirFault.NOT_FHIR),
        (Reply(drop=True), FhirFault.UNREACHABLE),
        (Reply(raw=b"\x16\x03\x01\r\n\r\n"), FhirFault.UNREACHABLE),
    ],
)
async def test_whatever_it_answers_has_a_reason(reply: Reply, why: FhirFault) -> None:
    with fake_fhir() as fake:
        fake.replies["Patient/1"] = reply
        assert await why_not(fake, "Patient/1") is why


async def test_one_that_is_away_is_unreachable() -> None:
    with fake_fhir() as fake:
        pass
    assert await why_not(fake, "Patient/1") is FhirFault.UNREACHABLE


async def test_what_is_no_token_is_not_sent() -> None:
    with fake_fhir() as fake:
        async with client_of(fake) as client:
            for odd in ("", "a b", "a\r\nHost: evil.example", "é", "a" * 20_000):
                with pytest.raises(FhirError) as refused:
                    await client.read("Patient/1", odd)
                assert refused.value.reason is FhirFault.NO_TOKEN
        assert fake.asked == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["resourceType", "entry", "link", "resource", "search", "mode", "relation", "url"]
            ),
            inner | st.sampled_from(["Bundle", "Observation", "OperationOutcome", "next"]),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(told=_JSON)
def test_whatever_json_comes_it_is_resources_or_a_fault(told: Any) -> None:
    for look in (resources_of, next_of):
        found = _looked(look, told)
        if isinstance(found, FhirError):
            assert found.reason in (FhirFault.NOT_FHIR, FhirFault.OUTCOME)
        else:
            assert found is None or isinstance(found, str) or all(isinstance(one, dict) for one in found)


def _looked(look: Callable[[Any], Any], told: Any) -> Any:
    try:
        return look(told)
    except FhirError as error:
        return error
