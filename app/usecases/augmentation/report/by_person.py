"""How near rows come to their own person's real rows, and to other people's, where people have several."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from threadpoolctl import threadpool_limits

from app.domain.schema import FloatArray, IntArray
from app.usecases.augmentation.report.figures import PersonCloseness
from app.usecases.augmentation.report.inputs import ReportInputs
from app.usecases.augmentation.report.privacy import (
    DECIMALS,
    MEBIBYTES,
    Scale,
    median_known,
    row_keys,
    share_nearer,
)

_MOST_REAL = 4_000
"""Real rows whose own distances are measured beside."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Distances of rows, shape (rows,), to the nearest real row of their own person, and of any other.

    The row that one was made of is left out; inf where there is no other, or nothing is known of both.
    """

    own: FloatArray
    others: FloatArray


def apart_of(inputs: ReportInputs) -> Apart | None:
    """The distances of a job's rows; None where no person has several source rows."""
    owners = inputs.owners
    if owners is None or not len(inputs.synthetic):
        return None
    with threadpool_limits(1):
        return _apart(inputs, inputs.synthetic, inputs.source_row)


def closeness_by_person(inputs: ReportInputs, apart: Apart | None, seed: int) -> PersonCloseness | None:
    """The medians, beside those of real rows; rows of a person nobody named have no own ones."""
    owners = inputs.owners
    if owners is None or apart is None:
        return None
    kept = np.random.default_rng(seed).permutation(len(owners.rows))[:_MOST_REAL]
    real = _apart(inputs, owners.rows[kept], owners.number[kept])
    copies_of_own, copies_of_others = _copies(inputs)
    return PersonCloseness(
        people=owners.people,
        to_own=median_known(apart.own),
        to_others=median_known(apart.others),
        nearer_to_own=_nearer(apart),
        real_to_own=median_known(real.own),
        real_to_others=median_known(real.others),
        real_nearer_to_own=_nearer(real),
        copies_of_own=copies_of_own,
        copies_of_others=copies_of_others,
    )


def _apart(inputs: ReportInputs, rows: FloatArray, numbers: IntArray) -> Apart:
    """Of rows that were made of, or are, the source rows of these numbers."""
    owners = inputs.owners
    assert owners is not None
    scale, person = Scale(inputs), owners.person_of(numbers)

    def nearest(block: FloatArray, start: int) -> FloatArray:
        mine, own_number = person[start : start + len(block)], numbers[start : start + len(block)]
        block = np.where(owners.number == own_number[:, None], np.inf, np.nan_to_num(block, nan=np.inf))
        is_own = (owners.person == mine[:, None]) & (mine[:, None] >= 0)
        return np.stack([np.where(is_own, block, np.inf).min(1), np.where(is_own, np.inf, block).min(1)], 1)

    chunks = pairwise_distances_chunked(
        scale(rows),
        scale(owners.rows),
        metric="nan_euclidean",
        working_memory=MEBIBYTES,
        reduce_func=nearest,
    )
    both: FloatArray = np.round(np.concatenate(list(chunks)), DECIMALS)
    return Apart(both[:, 0], both[:, 1])


def _nearer(apart: Apart) -> float | None:
    """The share that is nearer to its own person; equally near ones count by half."""
    known = np.isfinite(apart.own) & np.isfinite(apart.others)
    if not known.any():
        return None
    return share_nearer(apart.own[known], apart.others[known])


def _copies(inputs: ReportInputs) -> tuple[int, int]:
    """How many rows equal another real row of their own person, and a real row of somebody else."""
    owners = inputs.owners
    assert owners is not None
    holders: dict[bytes, set[int]] = {}
    for key, person in zip(row_keys(owners.rows), owners.person.tolist(), strict=True):
        holders.setdefault(key, set()).add(person)
    own = others = 0
    persons = owners.person_of(inputs.source_row).tolist()
    for key, person in zip(row_keys(inputs.synthetic), persons, strict=True):
        having = holders.get(key, set())
        own += person >= 0 and person in having
        others += bool(having - {person}) or -1 in having
    return own, others
