"""Leave one site out: how a model fares where it learned from nobody.

People of a new hospital differ from those of the old ones in who is referred, what is measured and how. A
random split hides that; leaving out each site in turn shows it (internal-external cross-validation:
Steyerberg and Harrell, 2016).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.classifiers.training_procedure import Sample
from app.domain.schema import FeatureSchema
from research.training.calibration import calibration_line
from research.training.fitted import Fit
from research.training.headline import headline
from research.training.people import Participant, outcomes_of, rows_of, sites_of
from research.training.repeated import persons_of

MOST = 20
"""So many sites are told of, the largest; a refit for each of hundreds would tell nobody more."""
FEWEST = 2
"""People with, and people without the outcome: with fewer there is no ROC curve of a site."""


def told_sites(people: Sequence[Participant]) -> list[str]:
    """The sites of which figures are given, in alphabetical order."""
    counts = Counter(person.site for person in people)
    return sorted(sorted(sites_of(people), key=lambda site: -counts[site])[:MOST])


def leave_one_site_out(
    schema: FeatureSchema, people: Sequence[Participant], fit: Fit, fewest: int = FEWEST
) -> list[dict[str, Any]]:
    """For each site, the figures on all its people of a classifier fitted to all people of the others.

    `calibration_in_the_large` is the intercept at slope 1: 0 is ideal, above it risks are too low. A site is
    left out of the figures where fewer than `fewest` of its people have, or have not, the outcome.
    """
    figures = []
    for site in told_sites(people):
        elsewhere = [person for person in people if person.site != site]
        there = [person for person in people if person.site == site]
        if not (_has_both(there, fewest) and _has_both(elsewhere, fewest)):
            continue
        risk_at = fit(Sample(rows_of(schema, elsewhere), outcomes_of(elsewhere)))
        outcome, risk = outcomes_of(there), risk_at(rows_of(schema, there))
        person = persons_of([one.id for one in there])
        told = headline(outcome, risk, schema.model.threshold, person)
        if told["roc_auc"] is None:  # of rows there are enough, of people there are not
            continue
        figures.append(
            {
                "site": site,
                "learned_from": len(elsewhere),
                **told,
                "calibration_in_the_large": calibration_line(outcome, risk)["intercept"],
            }
        )
    return figures


def _has_both(people: Sequence[Participant], fewest: int) -> bool:
    with_it = sum(person.outcome for person in people)
    return min(with_it, len(people) - with_it) >= fewest
