"""Whatever an address says, the service connects to the FHIR server that the file names, and nowhere else."""

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.outbound.fhir.addresses import own_address
from app.outbound.fhir.faults import FhirError, FhirFault

BASE = "https://ehr.example/tenant-1/fhir"
HOSTILE = [
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254/tenant-1/fhir/Patient/1",
    "file:///etc/passwd",
    "gopher://ehr.example/tenant-1/fhir/Patient/1",
    "http://ehr.example/tenant-1/fhir/Patient/1",
    "https://ehr.example:8443/tenant-1/fhir/Patient/1",
    "https://ehr.example.evil.example/tenant-1/fhir/Patient/1",
    "https://ehr.example@evil.example/tenant-1/fhir/Patient/1",
    "https://user:secret@ehr.example/tenant-1/fhir/Patient/1",
    "https://ehr.example\\@evil.example/tenant-1/fhir/Patient/1",
    "https://ehr.example#@evil.example/tenant-1/fhir/Patient/1",
    "https://localhost/tenant-1/fhir/Patient/1",
    "https://[::1]/tenant-1/fhir/Patient/1",
    "https://2130706433/tenant-1/fhir/Patient/1",
    "//evil.example/tenant-1/fhir/Patient/1",
    "https:/evil.example/Patient/1",
    "/tenant-2/fhir/Patient/1",
    "/tenant-1/fhirs/Patient/1",
    "../../tenant-2/fhir/Patient/1",
    "Patient/../../../tenant-2/fhir/Patient/1",
    "Patient/%2e%2e/%2e%2e/%2e%2e/tenant-2",
    "Patient/..",
    "Patient/..%2f..%2fadmin",
    "Patient/..%5c..%5cadmin",
    "https://ehr.example/tenant-1/fhir/../../tenant-2/fhir/Patient/1",
    "Patient/1\r\nHost: evil.example",
    "Patient/1 HTTP/1.1",
    "Patient/1#x",
    "Patient/1\x00",
    "Patient/" + "1" * 9_000,
]


@pytest.mark.parametrize("address", HOSTILE)
def test_what_leads_elsewhere_is_no_address(address: str) -> None:
    with pytest.raises(FhirError) as refused:
        own_address(BASE, address)
    assert refused.value.reason is FhirFault.ELSEWHERE


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("Patient/1", f"{BASE}/Patient/1"),
        ("/tenant-1/fhir/Patient/1", f"{BASE}/Patient/1"),
        (f"{BASE}/Observation?page=2", f"{BASE}/Observation?page=2"),
        ("https://EHR.example:443/tenant-1/fhir/Observation?page=2", f"{BASE}/Observation?page=2"),
        (f"{BASE}?_getpages=1&_getpagesoffset=10", f"{BASE}?_getpages=1&_getpagesoffset=10"),
        (
            "Observation?code=http://loinc.org|4548-4&date=ge2024-01-01",
            f"{BASE}/Observation?code=http://loinc.org|4548-4&date=ge2024-01-01",
        ),
    ],
)
def test_what_is_the_servers_own_is_asked(address: str, meant: str) -> None:
    assert own_address(BASE, address) == httpx.URL(meant)


@given(address=st.text(max_size=60) | st.from_regex(r"(https?:)?//?[a-z.:@\\/%0-9]{0,40}", fullmatch=True))
@example(address="https://ehr.example")
@example(address="https://ehr.example/tenant-1")
def test_no_text_leads_elsewhere(address: str) -> None:
    try:
        url = own_address(BASE, address)
    except FhirError:
        return
    assert (url.scheme, url.netloc, url.userinfo) == ("https", b"ehr.example", b"")
    assert url.raw_path.startswith(b"/tenant-1/fhir")
    assert b".." not in url.raw_path.partition(b"?")[0].split(b"/")
