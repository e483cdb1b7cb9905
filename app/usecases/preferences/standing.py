"""What stands for a patient and a model, as something to act on."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.consultation import Consultation, Preference
from app.domain.errors import ConflictError, InvalidInputError
from app.domain.kept import kept_features
from app.domain.schema import FeatureSchema
from app.storage.consultation_tables import PreferencesRow

NOTHING_LEFT = "These preferences leave nothing to change: take one away."
"""Told where they do, for a model or for one patient."""


class RefusedError(ConflictError):
    """A preference has no options offered to the patient, whatever is asked."""


class NothingLeftError(InvalidInputError):
    """Preferences leave nothing to change."""


@dataclass(frozen=True, slots=True)
class StandingPreferences:
    """The model's own that were chosen, and what else is kept by name. `row` is None if nothing was said.

    `unknown` are codes that the model's file has no more: what they meant is not known, and is said to be so.
    """

    row: PreferencesRow | None
    chosen: tuple[Preference, ...]
    further: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Features and themes that stay as they are."""
        return [*(name for one in self.chosen for name in one.keeps), *self.further]

    @property
    def refusals(self) -> list[str]:
        """Why no options are offered."""
        return [one.refuses for one in self.chosen if one.refuses is not None]

    def kept(self, schema: FeatureSchema) -> tuple[str, ...]:
        """The actionable features that stay as they are."""
        return kept_features(schema, self.names)

    def check_that_options_may_be_asked_for(self) -> None:
        """Refuse where a preference does.

        Raises:
            RefusedError: with its reason, and its code for programs.
        """
        if self.refusals:
            codes = [one.code for one in self.chosen if one.refuses is not None]
            raise RefusedError(
                " ".join(["No options are offered for this patient.", *self.refusals]), {"preferences": codes}
            )


def standing_of(row: PreferencesRow | None, consultation: Consultation) -> StandingPreferences:
    """What a recorded row means by the model's file."""
    codes: Sequence[str] = row.codes if row else ()
    chosen = tuple(one for one in consultation.preference if one.code in codes)
    known = {one.code for one in chosen}
    return StandingPreferences(
        row=row,
        chosen=chosen,
        further=tuple(row.features_to_keep) if row else (),
        unknown=tuple(code for code in codes if code not in known),
    )
