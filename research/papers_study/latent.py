"""Where counterfactuals lie among real rows, in the plane of two principal components of training rows.

Each fold has a plane of its own, fitted on its training rows alone. To be seen together, each is turned onto
the first fold's (orthogonal Procrustes; Schönemann, 1966), which changes no distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.schema import FloatArray, IntArray
from research.evaluation.benchmark_setup.people import BenchmarkSetup
from research.evaluation.methods.registry import Method
from research.evaluation.metrics.estimates import Estimate
from research.evaluation.metrics.figures import Figures
from research.evaluation.reporting.tables import Column, TableSpec
from research.papers_study.asking import Asked, Way
from research.papers_study.intervals import mean_of_people

SPEC = TableSpec(
    "Where counterfactuals lie",
    "In the plane of the first two principal components of standardised training rows: mean distance of rows "
    "to the centre of real held-out rows of the wanted class, as they are and with their valid first answer; "
    "the last row is of those real rows themselves. In brackets: 95 %, drawing people. The papers' latent "
    "space (Fig. 8), as far as its caption tells.",
    (
        Column("rows", "rows"),
        Column("before", "as they are", decimals=2, interval=True),
        Column("after", "counterfactuals", decimals=2, interval=True),
    ),
)


@dataclass(frozen=True)
class Plane:
    """Two principal components: standardised rows less `centre`, times `axes` of shape (columns, 2)."""

    centre: FloatArray
    weight: FloatArray
    axes: FloatArray
    explained: float
    """Share of the variance of standardised training rows (0-1)."""

    def of(self, setup: BenchmarkSetup, rows: FloatArray) -> FloatArray:
        """Encoded rows, unknown values filled, in the plane: shape (rows, 2)."""
        points: FloatArray = ((setup.filled(rows) - self.centre) * self.weight) @ self.axes
        return points

    def turned_onto(self, other: "Plane") -> "Plane":
        """The same plane, turned or mirrored to lie as the other does."""
        left, _, right = np.linalg.svd(self.axes.T @ other.axes)
        return Plane(self.centre, self.weight, self.axes @ (left @ right), self.explained)


@dataclass(frozen=True)
class Cloud:
    """Points in the plane and whose they are."""

    points: FloatArray
    persons: IntArray


@dataclass(frozen=True)
class Latent:
    """One way: the share of variance by fold, real rows of the wanted class, and each method's rows."""

    way: Way
    explained: Sequence[float]
    real: Cloud
    before: dict[str, Cloud]
    after: dict[str, Cloud]
    """Of valid answers, by the method's key; those of `before` are the same rows as they are."""


def plane_of(rows: FloatArray, sd: FloatArray) -> Plane:
    """Of training rows without unknown values; columns in which nobody differs are left out."""
    weight = np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)
    centre = rows.mean(axis=0)
    _, size, axes = np.linalg.svd((rows - centre) * weight, full_matrices=False)
    return Plane(centre, weight, axes[:2].T, float((size[:2] ** 2).sum() / (size**2).sum()))


def latent_of(asked: Asked, real: Asked) -> Latent:
    """The clouds of one way; `real` is the way whose setups have the held-out people, of high risk to low."""
    planes = [plane_of(judge.setup.training.rows, judge.setup.sd) for judge in real.judges]
    planes = [plane.turned_onto(planes[0]) for plane in planes]
    before, after = {}, {}
    for key, folds in asked.rows.items():
        pairs = [
            (plane.of(judge.setup, np.stack([one.factual, one.answer.row])), one.person)
            for plane, judge, rows in zip(planes, asked.judges, folds, strict=True)
            for one in rows
            if one.answer is not None and one.answer.valid
        ]
        if pairs:
            persons = np.array([person for _, person in pairs])
            before[key] = Cloud(np.array([points[0] for points, _ in pairs]), persons)
            after[key] = Cloud(np.array([points[1] for points, _ in pairs]), persons)
    return Latent(
        way=asked.way,
        explained=[plane.explained for plane in planes],
        real=_real(real, planes, wanted=asked.way is Way.RAISE),
        before=before,
        after=after,
    )


def latent_rows(latent: Latent, methods: Sequence[Method]) -> dict[str, Figures]:
    """The table of one way."""
    centre = latent.real.points.mean(axis=0)
    rows: dict[str, Figures] = {}
    for method in methods:
        if method.key in latent.after:
            before, after = latent.before[method.key], latent.after[method.key]
            rows[method.name] = {
                "rows": Estimate(len(after.points)),
                "before": _apart(before, centre),
                "after": _apart(after, centre),
            }
    real = {"rows": Estimate(len(latent.real.points)), "before": _apart(latent.real, centre)}
    return rows | {"real rows of the wanted class": real}


def explained_words(latent: Latent) -> str:
    """The variance that the plane explains, in a sentence."""
    low, high = (100 * of(latent.explained) for of in (min, max))
    return f"The plane explains {low:.0f} to {high:.0f} % of the variance of standardised training rows."


def _real(asked: Asked, planes: Sequence[Plane], wanted: bool) -> Cloud:
    points, persons = [], []
    for plane, judge in zip(planes, asked.judges, strict=True):
        people = judge.setup.model.held_out
        assert people is not None  # a fold's version has them
        who = people.outcome == wanted
        points.append(plane.of(judge.setup, people.rows[who]))
        persons.append(np.array(judge.fold.held_out)[who])
    return Cloud(np.concatenate(points), np.concatenate(persons))


def _apart(cloud: Cloud, centre: FloatArray) -> Estimate | None:
    distance = np.linalg.norm(cloud.points - centre, axis=1)
    return mean_of_people(distance.tolist(), cloud.persons.tolist())
