"""The people of a run of training, on their side of the split."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.schema import FeatureSchema
from research.training.people import Participant, Tally, missing_by_feature
from research.training.split import is_held_out


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those learned from, those held out, and what was left out to get them."""

    training: list[Participant]
    held_out: list[Participant]
    tally: Tally


def cohort_of(people: Sequence[Participant], tally: Tally) -> Cohort:
    """Everybody on the side that their id puts them on."""
    training = [person for person in people if not is_held_out(person.id)]
    held_out = [person for person in people if is_held_out(person.id)]
    return Cohort(training, held_out, tally)


def counts_of(schema: FeatureSchema, cohort: Cohort) -> dict[str, Any]:
    """How many people took part, how many did not and why, and what is unknown of them."""
    everyone = cohort.training + cohort.held_out
    return {
        "kept": len(everyone),
        "training": len(cohort.training),
        "held_out": len(cohort.held_out),
        "dropped": cohort.tally.dropped,
        "out_of_range": cohort.tally.out_of_range,
        "missing": missing_by_feature(schema, everyone),
    }
