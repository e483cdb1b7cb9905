"""What an EHR says of its authorisation: read leniently, but its addresses are safe or it is none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.ehr_servers import EhrServer
from app.identity.smart_client.configuration import SmartConfiguration
from app.identity.smart_client.faults import SmartError, SmartFault

BASE = "https://ehr.example/fhir"
SERVER = EhrServer(name="ehr", fhir_base=BASE, hosts=("login.ehr.example",))
GOOD: dict[str, Any] = {
    "issuer": BASE,
    "jwks_uri": "https://ehr.example/jwks",
    "authorization_endpoint": "https://login.ehr.example/authorize",
    "token_endpoint": "https://login.ehr.example/token",
    "code_challenge_methods_supported": ["S256"],
    "capabilities": ["launch-ehr", 7],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD]), inner, max_size=5),
    max_leaves=9,
)


def test_what_is_good_is_read() -> None:
    told = SmartConfiguration.read(GOOD, SERVER)
    assert told.for_launch() == (GOOD["authorization_endpoint"], GOOD["jwks_uri"], BASE)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "url",
    [
        *("http://ehr.example/x", "file:///etc/passwd", "ftp://ehr.example/x", "//ehr.example/x", "x", ""),
        *("https://user@ehr.example/x", "https://ehr.example/x#y", "https://[", "https://ehr.example\\@evil"),
        *("http://127.0.0.1/x", "http://localhost:8080/x", 7, ["https://ehr.example"]),
    ],
)
def test_an_address_that_is_not_safe_is_refused(name: str, url: Any) -> None:
    with pytest.raises(SmartError) as refused:
        SmartConfiguration.read(GOOD | {name: url}, SERVER)
    assert refused.value.reason is SmartFault.NOT_SMART


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://other.example/x", "other.example"),
        ("https://evil.login.ehr.example/x", "evil.login.ehr.example"),
        ("https://ehr.example.evil.example/x", "ehr.example.evil.example"),
        ("https://EHR.example:8443/x", "ehr.example:8443"),
        ("https://login.ehr.example:8443/x", "login.ehr.example:8443"),
        ("https://10.0.0.1/x", "10.0.0.1"),
        ("https://localhost/x", "localhost"),
    ],
)
def test_an_address_on_a_host_that_the_file_does_not_name_is_refused(name: str, url: str, host: str) -> None:
    with pytest.raises(SmartError) as refused:
        SmartConfiguration.read(GOOD | {name: url}, SERVER)
    assert (refused.value.reason, refused.value.host) == (SmartFault.OTHER_HOST, host)
    if host != "localhost":  # which a server elsewhere cannot be on
        listed = SERVER.model_copy(update={"hosts": (*SERVER.hosts, host)})
        assert SmartConfiguration.read(GOOD | {name: url}, listed).issuer == BASE


def test_a_server_on_this_machine_may_name_this_machine() -> None:
    here = {name: str(url).replace("https://", "http://localhost:8091/") for name, url in GOOD.items()}
    here_too = {"code_challenge_methods_supported": ["S256"], "jwks_uri": "http://127.0.0.1/jwks"}
    local = EhrServer(name="local", fhir_base="http://localhost:8090/f", hosts=("127.0.0.1",))
    told = SmartConfiguration.read(here | here_too, local)
    assert told.token_endpoint.startswith("http://localhost:8091/")
    with pytest.raises(SmartError):
        SmartConfiguration.read(here | here_too, local.model_copy(update={"hosts": ()}))


@pytest.mark.parametrize("methods", [[], ["plain"], None, "S256", ["s256"]])
def test_without_s256_nothing_is_launched(methods: Any) -> None:
    told = SmartConfiguration.read(GOOD | {"code_challenge_methods_supported": methods}, SERVER)
    with pytest.raises(SmartError) as refused:
        told.for_launch()
    assert refused.value.reason is SmartFault.NO_PKCE


@pytest.mark.parametrize("name", ["issuer", "jwks_uri", "authorization_endpoint"])
def test_without_an_issuer_nobody_can_be_believed(name: str) -> None:
    told = SmartConfiguration.read({key: value for key, value in GOOD.items() if key != name}, SERVER)
    with pytest.raises(SmartError):
        told.for_launch()


@given(told=JSON)
def test_whatever_is_said_is_read_or_refused(told: Any) -> None:
    try:
        read = SmartConfiguration.read(told, SERVER)
    except SmartError:
        return
    assert read.token_endpoint.startswith("https://")
