"""Is `certainty` worth what it says? Of held-out people, and by refits that no band was made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.classifiers.base import Committee
from app.classifiers.model_version import ModelVersion, Population
from app.classifiers.partitions import Side, people_of
from app.domain.certainty import Certainty, Observed
from app.domain.schema import BoolArray, FloatArray, Value
from app.engine.certainty import FEWEST, bands_of, certainties_of, outcomes_of
from research.evaluation.metrics.estimates import Estimate, mean, quantile, share
from research.evaluation.metrics.figures import Figures
from research.training.data_sets import grouping_of
from research.training.groups import groups_of
from research.training.masking import masked

_AGREED = 0.9
_SEED = 1
"""Of which values are unknown in a record that loses some at random."""


@dataclass(frozen=True)
class HeldOutCertainty:
    """Everybody held out of one model: estimate, refits, certainty, outcome, in the file's order."""

    model: ModelVersion
    people: Population
    values: Sequence[Mapping[str, Value]]
    risk: FloatArray
    bands: FloatArray
    new_risks: FloatArray
    """By refits that the committee has not, shape (refits, people)."""

    @property
    def threshold(self) -> float:
        return self.model.schema.model.threshold

    @cached_property
    def certainty(self) -> NDArray[np.str_]:
        """Names of certainties, shape (people,)."""
        return np.array(certainties_of(self.risk, self.bands, self.threshold))

    @cached_property
    def new_certainty(self) -> NDArray[np.str_]:
        """The same by the new refits."""
        return np.array(certainties_of(self.risk, bands_of(self.new_risks), self.threshold))

    @cached_property
    def is_low(self) -> BoolArray:
        return self.risk <= self.threshold

    def told(self) -> dict[str, BoolArray]:
        """Who is told what: by the estimate alone, by certainty, and the unclear by their estimate."""
        unclear = self.certainty == Certainty.UNCLEAR
        return {
            "low": self.is_low,
            "high": ~self.is_low,
            **{each.value: self.certainty == each for each in Certainty},
            "unclear, estimate low": unclear & self.is_low,
            "unclear, estimate high": unclear & ~self.is_low,
        }


def held_out_certainty(model: ModelVersion, new_refits: Committee) -> HeldOutCertainty:
    """Of a model that is a folder's, whose held-out people are kept."""
    people = model.held_out
    assert people is not None
    return HeldOutCertainty(
        model=model,
        people=people,
        values=[person.features for person in people_of(model, Side.HELD_OUT)],
        risk=model.classifier.risk(people.rows),
        bands=bands_of(model.committee.risk(people.rows)),
        new_risks=new_refits.risk(people.rows),
    )


def observed(held_out: HeldOutCertainty) -> dict[str, Figures]:
    """How many of those who are told each thing had the outcome."""
    return {
        name: {
            "people": Estimate(int(who.sum())),
            "of_all": share(who.tolist()),
            "estimate": mean((100 * held_out.risk[who]).tolist()),
            "outcome": share(held_out.people.outcome[who].tolist()),
        }
        for name, who in held_out.told().items()
    }


def by_group(held_out: HeldOutCertainty) -> dict[str, Figures]:
    """The same of each certainty, within the groups of the model card."""
    schema = held_out.model.schema
    grouping = grouping_of(schema)
    return {
        f"{group}: {level}": {
            key: figure
            for certainty in Certainty
            for key, figure in _of_group(held_out, certainty, who & (held_out.certainty == certainty)).items()
        }
        for group, level, who in groups_of(schema, grouping, held_out.values)
    }


def _of_group(held_out: HeldOutCertainty, certainty: Certainty, who: BoolArray) -> Figures:
    enough = who.sum() >= FEWEST
    return {
        f"people_{certainty}": Estimate(int(who.sum())),
        f"estimate_{certainty}": mean((100 * held_out.risk[who]).tolist()) if enough else None,
        f"outcome_{certainty}": share(held_out.people.outcome[who].tolist()) if enough else None,
    }


def by_record(held_out: HeldOutCertainty) -> dict[str, Figures]:
    """What is told of the same people as if no more were known of them than each kind of record carries.

    The share told counts people whose whole records were scored, themselves among them.
    """
    model, generator = held_out.model, np.random.default_rng(_SEED)
    outcomes = outcomes_of(held_out.risk, held_out.bands, held_out.people.outcome, held_out.threshold)
    figures = {}
    for record in model.schema.training.records:
        rows = masked(model.schema, record, held_out.people.rows, generator)
        risk = model.classifier.risk(rows)
        certainty = certainties_of(risk, bands_of(model.committee.risk(rows)), held_out.threshold)
        told = [outcomes.near(each, own) for each, own in zip(certainty, risk.tolist(), strict=True)]
        shares = np.array([np.nan if one is None else one.share for one in told])
        figures[record.name] = {
            key: figure
            for each in Certainty
            for key, figure in _of_record(each, np.array(certainty) == each, shares, held_out).items()
        }
    return figures


def _of_record(
    certainty: Certainty, who: BoolArray, shares: FloatArray, held_out: HeldOutCertainty
) -> Figures:
    return {
        f"people_{certainty}": Estimate(int(who.sum())),
        f"told_{certainty}": mean((100 * shares[who]).tolist()),
        f"outcome_{certainty}": share(held_out.people.outcome[who].tolist()),
    }


def by_new_refits(held_out: HeldOutCertainty) -> dict[str, Figures]:
    """What refits say that nobody's band was made of."""
    agree = ((held_out.new_risks <= held_out.threshold) == held_out.is_low).mean(axis=0)
    same: BoolArray = np.array(held_out.new_certainty == held_out.certainty)
    low, high = bands_of(held_out.new_risks).T
    across: BoolArray = (low <= held_out.threshold) & (high > held_out.threshold)
    other_side: BoolArray = np.where(held_out.is_low, low > held_out.threshold, high <= held_out.threshold)
    return {
        name: {
            "people": Estimate(int(who.sum())),
            "same": share(same[who].tolist()),
            "across": share(across[who].tolist()),
            "other_side": share(other_side[who].tolist()),
            "agree": mean((100 * agree[who]).tolist()),
            "below": share((agree[who] < _AGREED).tolist()),
        }
        for name, who in held_out.told().items()
    }


def neighbours(held_out: HeldOutCertainty) -> dict[str, Figures]:
    """What `observed` is worth: told of each person without themselves."""
    told = [_without(held_out, place) for place in range(len(held_out.risk))]
    figures = {}
    for name, who in held_out.told().items():
        places = np.flatnonzero(who).tolist()
        shares = [(place, one) for place in places if (one := told[place]) is not None]
        figures[name] = _of_shares(held_out, shares, len(places))
    return figures


def _without(held_out: HeldOutCertainty, place: int) -> Observed | None:
    """Of the person at this place, who is not counted."""
    like = held_out.certainty == held_out.certainty[place]
    like[place] = False
    outcomes = outcomes_of(
        held_out.risk[like], held_out.bands[like], held_out.people.outcome[like], held_out.threshold
    )
    return outcomes.near(Certainty(str(held_out.certainty[place])), float(held_out.risk[place]))


def _of_shares(held_out: HeldOutCertainty, told: Sequence[tuple[int, Observed]], people: int) -> Figures:
    risk, outcome = held_out.risk, held_out.people.outcome
    return {
        "people": Estimate(people),
        "told": Estimate(100 * len(told) / people) if people else None,
        "counted": quantile([one.people for _, one in told]),
        "width": quantile([100 * (one.high - one.low) for _, one in told]),
        "off": mean([100 * abs(one.share - risk[at]) for at, one in told]),
        "brier": mean([(one.share - outcome[at]) ** 2 for at, one in told]),
        "brier_estimate": mean([(risk[at] - outcome[at]) ** 2 for at, _ in told]),
    }
