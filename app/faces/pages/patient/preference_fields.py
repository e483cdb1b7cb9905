"""Preferences as the fields of a form say them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import ValidationError

from app.domain.errors import InvalidInputError
from app.faces.pages.patient.views.preference_chips import CODE, KEEP, REPLACES, named
from app.usecases.preferences.schemas import PreferencesIn


def preferences_in(fields: Mapping[str, str]) -> PreferencesIn:
    """All that is ticked.

    Raises:
        InvalidInputError: a field is none of such a form.
    """
    return preferences_of(named(fields, CODE), named(fields, KEEP), _replaced(fields))


def preferences_of(codes: Sequence[str], names: Sequence[str], replaces: UUID | None) -> PreferencesIn:
    """Codes and names that came by a form.

    Raises:
        InvalidInputError: one is none of such a form.
    """
    try:
        return PreferencesIn(model=None, codes=list(codes), features_to_keep=list(names), replaces=replaces)
    except ValidationError:
        raise InvalidInputError.at("", "has a choice that is not of this form") from None


def _replaced(fields: Mapping[str, str]) -> UUID | None:
    """What the form showed as standing; None where nothing did."""
    try:
        return UUID(fields[REPLACES]) if fields.get(REPLACES) else None
    except ValueError:
        raise InvalidInputError.at(f"/{REPLACES}", "is no id") from None
