"""Who is let in: whoever shows one thing that is known, in one place, and nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.identity.authenticator import KnownCallers, Open
from app.identity.key_ring import KeyRing
from app.identity.principal import ANYBODY, TOKEN, PrincipalKind
from app.identity.proxy import HEADER, ProxyHeader
from app.identity.refusals import FalseNameError, MalformedCredentialsError, UnknownCallerError
from app.identity.request_head import RequestHead
from app.metrics import CDS_TOKENS_REFUSED
from tests.unit.identity.cds_calls import CALL, checking
from tests.unit.identity.cds_calls import signed as signed_by_ehr
from tests.unit.identity.heads import basic, bearer, head
from tests.unit.identity.test_access_tokens import RSA, TOKENS
from tests.unit.identity.test_key_ring import KEY, OTHER, Store
from tests.unit.identity.test_proxy import SECRET
from tests.unit.identity.test_proxy import signed as said_by_proxy
from tests.unit.identity.tokens import claims, signed

SHARED = ("0123456789abcdef", "fedcba9876543210")
MOST = 4096


def known_callers(proxy: ProxyHeader | None = None) -> KnownCallers:
    return KnownCallers([one.encode() for one in SHARED], KeyRing(Store(), 10), TOKENS, proxy, MOST)


CALLERS = known_callers()
WITH_CDS = KnownCallers([], None, TOKENS, None, MOST, checking())
BEHIND_PROXY = known_callers(ProxyHeader(SECRET, 30, 5))


def with_name(request: RequestHead, *names: str | bytes) -> RequestHead:
    return head(*[(k.decode(), v) for k, v in request.headers], *(("x-on-behalf-of", name) for name in names))


@pytest.mark.parametrize("token", SHARED)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_shared_token_lets_in_without_a_name(scheme: str, token: str) -> None:
    admitted = await CALLERS.authenticate(head(("authorization", f"{scheme} {token}")))
    assert (admitted.principal, admitted.on_behalf_of) == (TOKEN, None)


async def test_with_a_shared_token_people_name_themselves() -> None:
    assert (await CALLERS.authenticate(basic("Dr Zoë Müller", SHARED[0]))).on_behalf_of == "Dr Zoë Müller"
    named = await CALLERS.authenticate(with_name(basic("x", SHARED[0]), "Dr Zoë Müller"))
    assert named.on_behalf_of == "Dr Zoë Müller"


@pytest.mark.parametrize("name", ["", " Zoë", "a\tb", "x" * 65, "a\x1bb"])
async def test_a_name_that_is_not_fit_to_be_kept_is_not(name: str) -> None:
    assert (await CALLERS.authenticate(basic(name, SHARED[0]))).on_behalf_of is None


@pytest.mark.parametrize("request_", [bearer(KEY.text), basic("dr.okoye", KEY.text)])
async def test_a_key_says_who(request_: RequestHead) -> None:
    admitted = await CALLERS.authenticate(request_)
    assert (admitted.principal.name, admitted.principal.tenant) == ("ehr", "north")


async def test_an_access_token_says_who_whatever_name_was_typed() -> None:
    for request_ in (bearer(signed(RSA)), basic("somebody else", signed(RSA))):
        admitted = await CALLERS.authenticate(request_)
        assert (admitted.principal.name, admitted.on_behalf_of) == ("dr.okoye", None)


async def test_an_ehrs_token_says_which_ehr_at_its_service_and_nobody_elsewhere() -> None:
    def called(target: str) -> RequestHead:
        return head(("authorization", f"Bearer {signed_by_ehr()}"), method="POST", target=target)

    admitted = await WITH_CDS.authenticate(called(CALL))
    assert (admitted.principal.name, admitted.principal.source) == ("north", "cds")
    for elsewhere in ("/counterfactuals", "/cds-services", "/", f"{CALL}x"):
        with pytest.raises(UnknownCallerError):
            await WITH_CDS.authenticate(called(elsewhere))
    with pytest.raises(UnknownCallerError):
        await CALLERS.authenticate(called(CALL))
    at_service = head(("authorization", f"Bearer {signed(RSA)}"), method="POST", target=CALL)
    assert (await WITH_CDS.authenticate(at_service)).principal.source == "oidc"


async def test_a_person_acts_in_nobody_elses_name() -> None:
    await CALLERS.authenticate(with_name(bearer(signed(RSA)), "dr.okoye"))
    with pytest.raises(FalseNameError):
        await CALLERS.authenticate(with_name(bearer(signed(RSA)), "dr.smith"))


async def test_a_system_acts_for_whom_it_names() -> None:
    token = signed(RSA, claims(sub="ehr"))
    admitted = await CALLERS.authenticate(with_name(bearer(token), "dr.smith"))
    assert (admitted.principal.kind, admitted.on_behalf_of) == (PrincipalKind.SYSTEM, "dr.smith")


@pytest.mark.parametrize("name", [b"", b" ", b"<b>", b"\xff", b"x" * 65, b"a\x00b", b"a\tb"])
async def test_a_header_that_names_nobody_is_refused(name: bytes) -> None:
    for callers in (CALLERS, Open(MOST)):
        with pytest.raises(MalformedCredentialsError):
            await callers.authenticate(with_name(bearer(SHARED[0]), name))


async def test_headers_that_are_there_twice_are_refused() -> None:
    twice = [("authorization", f"Bearer {SHARED[0]}")] * 2
    mixed = [("authorization", f"Bearer {SHARED[0]}"), ("authorization", f"Bearer {OTHER.text}")]
    proxy = [(HEADER, said_by_proxy())] * 2
    for callers, headers in ((CALLERS, twice), (CALLERS, mixed), (BEHIND_PROXY, proxy)):
        with pytest.raises(MalformedCredentialsError):
            await callers.authenticate(head(*headers))
    with pytest.raises(MalformedCredentialsError):
        await CALLERS.authenticate(with_name(bearer(SHARED[0]), "a", "b"))


@given(header=st.binary(max_size=80) | st.text(max_size=40).map(str.encode))
async def test_whatever_else_is_sent_lets_nobody_in(header: bytes) -> None:
    for sent in (header, b"Bearer " + header, b"Basic " + header, b"Bearer tp_" + header):
        with pytest.raises(UnknownCallerError):
            await CALLERS.authenticate(head(("authorization", sent)))


@given(cut=st.integers(0, 15), more=st.text("0123456789abcdef", min_size=1, max_size=3))
async def test_part_of_a_token_or_more_than_it_is_none(cut: int, more: str) -> None:
    for sent in (SHARED[0][:cut], SHARED[0] + more, OTHER.text, KEY.text[:-1], KEY.text.upper()):
        with pytest.raises(UnknownCallerError):
            await CALLERS.authenticate(bearer(sent))


@pytest.mark.parametrize("size", [MOST, 60_000])
async def test_what_is_too_long_is_not_looked_at(size: int) -> None:
    for request_ in (bearer("a" * size), bearer(SHARED[0] + " " * size), basic("x", "a" * size)):
        with pytest.raises(UnknownCallerError, match="too long"):
            await CALLERS.authenticate(request_)
    with pytest.raises(UnknownCallerError, match="too long"):
        await BEHIND_PROXY.authenticate(head((HEADER, "a" * (size + 1))))


async def test_who_says_nothing_is_told_apart_from_who_says_something_wrong() -> None:
    for request_, sent in (
        (head(), False),
        (head(("authorization", "Digest x")), False),
        (bearer("x"), True),
    ):
        with pytest.raises(UnknownCallerError) as caught:
            await CALLERS.authenticate(request_)
        assert caught.value.sent is sent


async def test_a_proxys_word_counts_where_it_is_set_up_and_nowhere_else() -> None:
    request_ = head((HEADER, said_by_proxy(method="GET", target="/models")))
    assert (await BEHIND_PROXY.authenticate(request_)).principal.name == "dr.okoye"
    with pytest.raises(UnknownCallerError):
        await CALLERS.authenticate(request_)


async def test_a_word_that_is_not_signed_lets_nobody_in_even_with_a_key() -> None:
    request_ = head((HEADER, "dr.okoye"), ("authorization", f"Bearer {SHARED[0]}"))
    with pytest.raises(UnknownCallerError):
        await BEHIND_PROXY.authenticate(request_)
    assert (await CALLERS.authenticate(request_)).principal == TOKEN


async def test_an_open_service_lets_everybody_in_and_keeps_their_name() -> None:
    for request_ in (head(), bearer("x"), bearer("x" * 9_000), head(("authorization", b"\xff"))):
        assert (await Open(MOST).authenticate(request_)).principal == ANYBODY
    assert (await Open(MOST).authenticate(basic("dr.okoye", "x"))).on_behalf_of == "dr.okoye"


def at(target: str, token: str | bytes | None = None) -> RequestHead:
    return RequestHead("POST", target, [] if token is None else bearer(token).headers)


async def test_an_open_service_still_checks_who_says_to_be_an_ehr() -> None:
    callers = Open(MOST, checking())
    admitted = await callers.authenticate(at(CALL, signed_by_ehr()))
    assert (admitted.principal.name, admitted.principal.tenant) == ("north", "north-tenant")
    for bad in ("nonsense", b"\xff", "x" * 9_000, signed_by_ehr() + "A", KEY.text, signed(RSA)):
        with pytest.raises(UnknownCallerError):
            await callers.authenticate(at(CALL, bad))
    for elsewhere in ("/counterfactuals", CALL + "/nowhere"):
        with pytest.raises(UnknownCallerError):
            await callers.authenticate(at(elsewhere, signed_by_ehr()))


async def test_without_a_token_or_with_somebody_elses_an_open_service_stays_open() -> None:
    callers = Open(MOST, checking())
    for request_ in (at(CALL), at("/counterfactuals", "nonsense"), at("/counterfactuals", signed(RSA))):
        assert (await callers.authenticate(request_)).principal == ANYBODY
    assert (await Open(MOST).authenticate(at(CALL, "nonsense"))).principal == ANYBODY


@pytest.mark.parametrize("callers", [WITH_CDS, Open(MOST, checking())])
@pytest.mark.parametrize(
    ("token", "reason", "server"),
    [
        ("x" * 9_000, "too_long", None),
        ("a.b.c", "malformed", None),
        ("nonsense", "malformed", None),
        (signed_by_ehr(jku="https://stranger.example"), "jku", "north"),
    ],
)
async def test_why_an_ehr_is_not_let_in_is_in_log_and_metrics(
    callers: KnownCallers | Open, token: str, reason: str, server: str | None
) -> None:
    before = refused(reason)
    with capture_logs() as lines, pytest.raises(UnknownCallerError):
        await callers.authenticate(at(CALL, token))
    told = {"event": "cds_token_refused", "log_level": "warning", "reason": reason, "server": server}
    assert lines == [told]
    assert refused(reason) == before + 1


async def test_whom_an_openid_provider_knows_is_no_ehr_that_was_refused() -> None:
    with capture_logs() as lines:
        assert (await WITH_CDS.authenticate(at(CALL, signed(RSA)))).principal.name == "dr.okoye"
    assert lines == []


def refused(reason: str) -> float:
    return CDS_TOKENS_REFUSED.labels(reason)._value.get()
