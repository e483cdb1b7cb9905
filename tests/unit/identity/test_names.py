"""A name is what is seen of it, and nobody's signature."""

import unicodedata
from typing import Literal

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from app.cli.keys import create
from app.identity.claims import ClaimNames, principal_from
from app.identity.credentials import named, read_credentials
from app.identity.names import NAME_LENGTH, fit_name
from app.identity.refusals import MalformedCredentialsError
from tests.unit.identity.heads import basic, head
from tests.unit.identity.tokens import claims

UNSEEN = [
    "\u202e",
    "\u200b",
    "\u2028",
    "\u2029",
    "\u2066",
    "\ufeff",
    "\xad",
    "\x85",
    "\t",
    "\u3164",
    "\ufe0f",
]
SIGNATURES = [
    "dr.okoye (via ehr)",
    "dr.okoye (VIA ehr)",
    "dr.okoye (via ehr) ",
    "dr.okoye (  via lab)",
    "dr.okoye (via\xa0ehr)",
    "dr.okoye \uff08via ehr\uff09",
    "dr.okoye (via",
]
BAD = [*(f"dr.{one}okoye" for one in UNSEEN), *(f"dr.okoye{one}" for one in UNSEEN), *SIGNATURES]
ODD: tuple[Literal["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"], ...] = (
    "Cc",
    "Cf",
    "Cn",
    "Co",
    "Cs",
    "Zl",
    "Zp",
)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=NAME_LENGTH + 2)


@given(names, st.characters(categories=ODD), names)
def test_no_name_holds_what_is_not_seen(before: str, odd: str, after: str) -> None:
    assert fit_name(f"a{before[:20]}{odd}{after[:20]}") is None


@given(names)
def test_what_is_kept_is_composed_and_stays_as_it_is(text: str) -> None:
    name = fit_name(text)
    if name is None:
        return
    assert name == unicodedata.normalize("NFC", text)
    assert fit_name(name) == name == fit_name(unicodedata.normalize("NFD", name))
    assert 0 < len(name) <= NAME_LENGTH
    assert name[0].isalnum()
    assert not any(unicodedata.category(one) in ODD for one in name)


@given(names, names)
def test_no_name_is_a_signature(name: str, system: str) -> None:
    assert fit_name(f"a{name[:20]} (via {system[:20]})") is None


@pytest.mark.parametrize(
    "name",
    ["Dr Zoë Müller", "O'Brien, A. (ward 3)", "李小龍", "שלום", "Nguyễn", "via", "Via (Olivia) Smith", "7"],
)
def test_ordinary_names_are_kept(name: str) -> None:
    assert fit_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", BAD)
def test_no_way_in_takes_another(name: str) -> None:
    with pytest.raises(MalformedCredentialsError):
        named(head(("x-on-behalf-of", name)))
    sent = read_credentials(basic(name, "secret"), 4096)
    assert sent is not None
    assert sent.name is None
    assert principal_from(claims(preferred_username=name), ClaimNames()) is None
    with pytest.raises(typer.Exit):
        create(name)
