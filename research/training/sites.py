"""Leave one site out: how a model fares where it learned from nobody.

People of a new hospital differ from those of the old ones in who is referred, what is measured and how. A
random split hides that; leaving out each site in turn shows it (internal-external cross-validation:
Steyerberg and Harrell, 2016).
"""

from collections.abc import Sequence
from typing import Any

from app.classifiers.training_procedure import Sample, risk_of
from app.domain.schema import FeatureSchema
from research.training.calibration import calibration_line
from research.training.headline import headline
from research.training.masking import fit_people
from research.training.people import Participant, outcomes_of, rows_of, sites_of


def leave_one_site_out(schema: FeatureSchema, people: Sequence[Participant]) -> list[dict[str, Any]]:
    """For each site, the figures on all its people of a classifier fitted to all people of the others.

    `calibration_in_the_large` is the intercept at slope 1: 0 is ideal, above it risks are too low.
    """
    figures = []
    for site in sites_of(people):
        elsewhere = [person for person in people if person.site != site]
        there = [person for person in people if person.site == site]
        booster = fit_people(schema, Sample(rows_of(schema, elsewhere), outcomes_of(elsewhere)))
        outcome, risk = outcomes_of(there), risk_of(booster, rows_of(schema, there))
        figures.append(
            {
                "site": site,
                "learned_from": len(elsewhere),
                **headline(outcome, risk, schema.model.threshold),
                "calibration_in_the_large": calibration_line(outcome, risk)["intercept"],
            }
        )
    return figures
