"""What a version is made of, fitted here or given: how it is written, and what is told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xgboost

from app.classifiers.calibration import write_calibration
from app.classifiers.link import LOGISTIC, LinkKind
from app.classifiers.training_procedure import PARAMETERS, SEED, Sample
from app.domain.schema import FeatureSchema
from research.own_model.fitting import OwnFit, risk_by
from research.training.card import KIND, Make
from research.training.fitted import Fit, Risk
from research.training.influence import gain_shares
from research.training.masking import fit_people

Influence = Callable[[Risk, Sample], Mapping[str, float]]
"""What each feature is worth, of a classifier's risks and of held-out people."""


@dataclass(frozen=True, slots=True)
class Made:
    """A classifier and its committee before they are a version."""

    write: Callable[[Path], None]
    """Writes the files of both into a version's folder."""
    influence: Influence
    fit: Fit | None
    """The same procedure on other people; None where it is not known."""
    fit_facts: Mapping[str, Any]
    committee_facts: Mapping[str, Any]
    """For the manifest."""
    make: Make
    """For the card."""
    figures: Mapping[str, Any]
    """Figures of the making, for `metrics.json`."""
    cautions: tuple[str, ...] = ()
    """For the card."""
    notes: tuple[str, ...] = ()
    """For the report: what its owner has to know of the classifier."""
    is_given: bool = False
    """Whether the classifier is its owner's: fitted elsewhere, to people and with directions of theirs."""


def made_by_fit(schema: FeatureSchema, own: OwnFit) -> Made:
    """What was fitted to the owner's table."""
    growth, link = own.choice.growth, own.recalibration.link

    def write(home: Path) -> None:
        write_booster(home / "classifier.ubj", own.booster)
        for number, member in enumerate(own.members):
            write_booster(home / "committee" / f"{number:02d}.ubj", member)
        if link != LOGISTIC:
            write_calibration(home, link)

    return Made(
        write=write,
        influence=lambda _risk, _people: gain_shares(schema, own.booster),
        fit=lambda people: risk_by(fit_people(schema, people, SEED, growth), link),
        fit_facts={
            "seed": SEED,
            "trees": growth.trees,
            "parameters": {name: growth.parameters[name] for name in PARAMETERS},
            "chosen_from": own.choice.as_data(),
            "calibration": link.kind,
        },
        committee_facts={"members": len(own.members), "seeds": [1, len(own.members)]},
        make=Make(kind=f"{KIND} {_calibration_words(link.kind)}"),
        figures={"left_out": own.recalibration.figures},
    )


def write_booster(path: Path, booster: xgboost.Booster) -> None:
    """Write a model of XGBoost; a full disk is an OSError here, and not a stack of C++."""
    path.write_bytes(booster.save_raw("ubj"))


def _calibration_words(kind: LinkKind) -> str:
    if kind is LinkKind.LOGISTIC:
        return "Settings were chosen by cross-validation; the risks needed no map to be calibrated."
    name = {LinkKind.PLATT: "a logistic map (Platt, 1999)", LinkKind.ISOTONIC: "an isotonic map"}[kind]
    return (
        f"Settings were chosen by cross-validation. Risks go through {name}, kept since people left out "
        "gained by it; it is part of the model."
    )
