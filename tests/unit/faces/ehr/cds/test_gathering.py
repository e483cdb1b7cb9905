"""What a client prefetched is used, what it left out is asked for once, and what cannot be had is said."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInputError
from app.faces.ehr.cds.gathering import Gathered, Source, gather
from app.faces.ehr.cds.unread import (
    FAILED_THERE,
    MORE_NOT_SENT,
    MORE_NOT_TRUSTED,
    NOT_SENT,
    NOT_TRUSTED,
    unread,
)
from app.outbound.fhir.client import FhirClient, FhirLimits
from app.outbound.fhir.faults import FhirFault
from tests.integration.fake_server import Reply
from tests.unit.faces.ehr.cds.calls import PATIENT
from tests.unit.outbound.fhir.fake_fhir import FakeFhir, bundle, fake_fhir, observation

Json = dict[str, Any]
QUERIES = {"patient": f"Patient/{PATIENT}", "observations": f"Observation?patient={PATIENT}"}
PERSON = {"resourceType": "Patient", "id": PATIENT}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
NOWHERE = Source()


@pytest.fixture
def fake() -> Iterator[FakeFhir]:
    with fake_fhir() as fake:
        fake.tell(QUERIES["patient"], PERSON)
        fake.tell(QUERIES["observations"], bundle(observation("a")))
        yield fake


@pytest.fixture
async def source(fake: FakeFhir) -> AsyncIterator[Source]:
    client = FhirClient(fake, FhirLimits(wait_s=20))
    yield Source(client, "t0ken")
    await client.close()


async def gathered(prefetch: Mapping[str, Any], source: Source = NOWHERE) -> Gathered:
    return await gather(QUERIES, prefetch, source, PATIENT)


def ids(found: Gathered) -> list[str]:
    return [one["id"] for one in found.resources]


async def test_what_was_prefetched_is_not_asked_for(fake: FakeFhir, source: Source) -> None:
    found = await gathered({"patient": PERSON, "observations": bundle(observation("b"))}, source)
    assert (ids(found), found.unread, fake.asked) == ([PATIENT, "b"], {}, [])


async def test_what_was_left_out_is_asked_for_with_the_token(fake: FakeFhir, source: Source) -> None:
    found = await gathered({}, source)
    assert (ids(found), found.unread) == ([PATIENT, "a"], {})
    assert sorted(fake.asked) == sorted(QUERIES.values())
    assert set(fake.tokens) == {"Bearer t0ken"}


async def test_null_says_that_there_is_nothing(fake: FakeFhir, source: Source) -> None:
    found = await gathered({"patient": PERSON, "observations": None}, source)
    assert (ids(found), found.unread, fake.asked) == ([PATIENT], {}, [])


async def test_what_the_client_could_not_read_is_not_asked_for_again(fake: FakeFhir, source: Source) -> None:
    found = await gathered({"patient": PERSON, "observations": OUTCOME}, source)
    assert (ids(found), found.unread, fake.asked) == ([PATIENT], {"observations": FAILED_THERE}, [])


async def test_further_pages_are_read(fake: FakeFhir, source: Source) -> None:
    fake.tell("Observation?page=2", bundle(observation("c"), next_page=f"{fake.base}/Observation?page=3"))
    fake.tell("Observation?page=3", bundle(observation("d")))
    first = bundle(observation("b"), next_page=f"{fake.base}/Observation?page=2")
    found = await gathered({"patient": PERSON, "observations": first}, source)
    assert (ids(found), found.unread) == ([PATIENT, "b", "c", "d"], {})
    assert fake.asked == ["Observation?page=2", "Observation?page=3"]


async def test_a_part_is_used_and_said_to_be_one(fake: FakeFhir, source: Source) -> None:
    for page, why in (
        ("https://evil.example/Observation?page=2", unread(FhirFault.ELSEWHERE)),
        (f"{fake.base}/Gone", unread(FhirFault.NOT_FOUND)),
    ):
        first = bundle(observation("b"), next_page=page)
        found = await gathered({"patient": PERSON, "observations": first}, source)
        assert (ids(found), found.unread) == ([PATIENT, "b"], {"observations": why})
    assert fake.asked == ["Gone"]
    first = bundle(observation("b"), next_page=f"{fake.base}/Observation?page=2")
    assert (await gathered({"patient": PERSON, "observations": first})).unread == {
        "observations": MORE_NOT_SENT
    }
    strange = await gathered({"patient": PERSON, "observations": first}, Source(is_strange=True))
    assert (ids(strange), strange.unread) == ([PATIENT, "b"], {"observations": MORE_NOT_TRUSTED})
    assert all("not sent" not in one.says for one in (MORE_NOT_SENT, MORE_NOT_TRUSTED))


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply(401), FhirFault.DENIED),
        (Reply(500), FhirFault.FAILED),
        (Reply(302, headers={"Location": "http://169.254.169.254/"}), FhirFault.REDIRECTED),
        (Reply(200, b"<html>"), FhirFault.NOT_FHIR),
        (Reply(drop=True), FhirFault.UNREACHABLE),
    ],
)
async def test_a_server_that_fails_is_said(
    fake: FakeFhir, source: Source, reply: Reply, fault: FhirFault
) -> None:
    fake.replies[QUERIES["observations"]] = reply
    found = await gathered({}, source)
    assert (ids(found), found.unread) == ([PATIENT], {"observations": unread(fault)})


async def test_without_a_server_that_may_be_asked_it_is_said_why() -> None:
    assert (await gathered({})).unread == dict.fromkeys(QUERIES, NOT_SENT)
    assert (await gathered({}, Source(is_strange=True))).unread == dict.fromkeys(QUERIES, NOT_TRUSTED)


@pytest.mark.parametrize("value", [7, "Patient", [PERSON], {}, {"resourceType": 1}, True])
async def test_what_is_no_resource_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await gathered({"patient": value})
    assert [one.pointer for one in refused.value.issues] == ["/prefetch/patient"]


@pytest.mark.parametrize("other", [{"id": "p2"}, {"id": None}, {}])
async def test_another_patient_is_refused_wherever_it_comes_from(other: Json, fake: FakeFhir) -> None:
    stranger = {"resourceType": "Patient"} | other
    with pytest.raises(InvalidInputError):
        await gathered({"patient": stranger, "observations": None})
    fake.tell(QUERIES["patient"], stranger)
    client = FhirClient(fake)
    with pytest.raises(InvalidInputError):
        await gathered({}, Source(client))
    await client.close()


def test_every_fault_has_a_sentence() -> None:
    assert all(unread(fault).says for fault in FhirFault)


def test_a_token_is_in_no_representation() -> None:
    assert "t0ken" not in repr(Source(token="t0ken"))


_WHOLE = st.sampled_from([None, OUTCOME, PERSON, bundle(), bundle(observation("x"))])
_ODD: st.SearchStrategy[Any] = st.dictionaries(
    st.sampled_from(["resourceType", "entry", "link"]),
    st.sampled_from(["Bundle", [], [{}], [{"relation": "next", "url": 7}], [{"resource": 3}], None]),
)


@given(prefetch=st.dictionaries(st.sampled_from([*QUERIES, "other"]), _WHOLE | _ODD))
async def test_whatever_is_prefetched_each_query_is_answered_or_said_not_to_be(prefetch: Json) -> None:
    try:
        found = await gathered(prefetch)
    except InvalidInputError:
        return
    assert found.unread.keys() <= QUERIES.keys()
    assert QUERIES.keys() - prefetch.keys() <= found.unread.keys()
    assert all(isinstance(one, Mapping) for one in found.resources)
