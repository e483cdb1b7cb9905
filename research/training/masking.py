"""Incomplete copies of whole people, so that a classifier learns what real records carry.

A classifier that never saw a feature unknown sends the unknown where the splits happen to send it, and its
risks drift. With copies it has seen the records that it will be asked about. The schema's `[training]` names
their profiles; without it people are learned from as they are.
"""

import numpy as np
import xgboost

from app.classifiers.training_procedure import FIXED, SEED, Growth, Sample, fit
from app.domain.feature import MissingPolicy
from app.domain.schema import BoolArray, FeatureSchema, FloatArray
from app.domain.training import RecordProfile


def fit_people(
    schema: FeatureSchema, people: Sample, seed: int = SEED, growth: Growth = FIXED
) -> xgboost.Booster:
    """The fit on whole people, each with the incomplete copies that the schema asks for."""
    return fit(schema, with_masked_copies(schema, people, seed), seed, growth)


def with_masked_copies(schema: FeatureSchema, people: Sample, seed: int) -> Sample:
    """Every person's whole record and its copies, which together count as the person does.

    A person's copies are of different profiles, drawn at random where there are more profiles than copies.
    """
    count, records = schema.training.masked_copies, schema.training.records
    if count == 0:
        return people
    generator = np.random.default_rng(seed)
    order = generator.permuted(np.tile(np.arange(len(records)), (len(people), 1)), axis=1)[:, :count]
    copies = [people.rows]
    for drawn in order.T:
        rows = people.rows.copy()
        for number, record in enumerate(records):
            rows[drawn == number] = masked(schema, record, rows[drawn == number], generator)
        copies.append(rows)
    whole = schema.training.whole_weight
    weight = np.repeat([whole, *np.full(count, (1 - whole) / count)], len(people))
    if people.weight is not None:
        weight *= np.tile(people.weight, count + 1)
    return Sample(np.concatenate(copies), np.tile(people.outcome, count + 1), weight)


def masked(
    schema: FeatureSchema, record: RecordProfile, rows: FloatArray, generator: np.random.Generator
) -> FloatArray:
    """Encoded rows as records of this profile carry them: NaN in place of what they do not."""
    return np.where(_carried(schema, record, len(rows), generator), rows, np.nan)


def _carried(
    schema: FeatureSchema, record: RecordProfile, people: int, generator: np.random.Generator
) -> BoolArray:
    """Which columns each record carries: shape (people, columns)."""
    names = [feature.name for feature in schema.features]
    if record.keeps is not None:
        carried = np.tile([name in record.keeps for name in names], (people, 1))
    elif record.lacks is not None:
        carried = np.tile([name not in record.lacks for name in names], (people, 1))
    else:
        carried = generator.random((people, len(names))) >= (record.loses or 0)
    carried |= np.array([feature.missing is not MissingPolicy.UNKNOWN for feature in schema.features])
    return carried[:, np.repeat(np.arange(len(names)), [len(f.columns) for f in schema.features])]
