"""Which language somebody reads: what they chose, else what their browser asks for (RFC 9110, 12.5.4)."""

from collections.abc import Sequence

from babel import negotiate_locale

from app.faces.http.negotiation import weights_of


def chosen_language(wanted: str, available: Sequence[str]) -> str | None:
    """The language of a choice such as "es" or "es-MX"; None where there is none such."""
    return negotiate_locale([wanted.strip().lower()], available, sep="-")


def preferred_language(accept: str, available: Sequence[str]) -> str:
    """The best of the available languages by an `Accept-Language` header; the first where none is asked for.

    Heavier weights first, the header's order among equals. A weight of nought refuses, `*` takes any language
    that the header does not name.
    """
    weights = weights_of(accept)
    open_ = [one for one in available if weights.get(one) != 0]
    asked = [name for name, weight in weights.items() if weight > 0]
    for name in sorted(asked, key=lambda name: -weights[name]):
        unnamed = [one for one in open_ if one not in weights]
        found = next(iter(unnamed), None) if name == "*" else chosen_language(name, open_)
        if found is not None:
            return found
    return available[0]
