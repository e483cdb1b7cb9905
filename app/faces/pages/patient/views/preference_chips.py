"""The chips of what a patient can and will do: a model's own choices, and what may stay as it is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.consultation import Consultation
from app.domain.feature import Theme
from app.domain.kept import leaves_nothing
from app.domain.schema import FeatureSchema
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.asked import theme_words
from app.usecases.preferences.standing import StandingPreferences

CODE, KEEP = "code.", "keep."
"""Beginnings of the fields of forms: a model's own choices, themes or features to keep."""
REPLACES = "replaces"
"""The field with the id of what the form shows as chosen."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice: `name` is its field in the form."""

    name: str
    label: str
    is_chosen: bool
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """The chips of a model, and themes or features that may be kept beside them.

    `replaces` is the id of what is shown as chosen; empty if nothing was said.
    """

    chips: tuple[Chip, ...]
    keeps: tuple[Chip, ...]
    replaces: str


def choices_standing(served: ServedModel, standing: StandingPreferences) -> Choices:
    """As they stand for a patient."""
    codes = {one.code for one in standing.chosen}
    row: UUID | None = standing.row.id if standing.row else None
    return _choices(served.consultation, served.model.schema, codes, standing.further, str(row or ""))


def choices_ticked(served: ServedModel, fields: Mapping[str, str]) -> Choices:
    """As a form has them; names that are not of the model are left out."""
    schema = served.model.schema
    kept = [name for name in named(fields, KEEP) if name in schema or _is_theme(schema, name)]
    return _choices(served.consultation, schema, named(fields, CODE), kept, fields.get(REPLACES, ""))


def named(fields: Mapping[str, str], beginning: str) -> list[str]:
    """What follows the beginning of each field that begins so."""
    return [name.removeprefix(beginning) for name in fields if name.startswith(beginning)]


def _choices(
    consultation: Consultation,
    schema: FeatureSchema,
    codes: Collection[str],
    further: Sequence[str],
    replaces: str,
) -> Choices:
    chips = (
        Chip(CODE + one.code, one.label, one.code in codes, one.refuses is not None)
        for one in consultation.preference
    )
    return Choices(tuple(chips), tuple(_keeps(schema, further)), replaces)


def _keeps(schema: FeatureSchema, further: Sequence[str]) -> Iterator[Chip]:
    """Each theme, and what else was named; a theme that is all there is cannot be kept."""
    themes = dict.fromkeys(feature.theme or feature.name for feature in schema.actionable)
    for name in dict.fromkeys([*themes, *further]):
        if name in further or not leaves_nothing(schema, [name]):
            yield Chip(KEEP + name, _label(schema, name), name in further)


def _label(schema: FeatureSchema, name: str) -> str:
    if _is_theme(schema, name):
        return theme_words(Theme(name)).capitalize()
    return schema[name].label if name in schema else name.replace("_", " ")


def _is_theme(schema: FeatureSchema, name: str) -> bool:
    return name in list(Theme) and bool(schema.with_theme(name))
