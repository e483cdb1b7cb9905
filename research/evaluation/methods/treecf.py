"""treecf: genetic and exact search inside the trees, given every constraint that it can express."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import IsolationForest
from treecf import Explainer, Freeze, Infeasible, Linear, OneHot, Plausibility, Range, Target
from treecf.api import Grid

from app.domain.feature import Kind
from app.domain.links import Link, RuleLink
from app.domain.schema import FeatureSchema
from research.evaluation.benchmark_setup.feasible_ranges import slope_of
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.evaluation.methods.reply import Ending, MethodReply

SEED = 7
NODES = 10**9
"""The exact search's budget of nodes: so many that its limit of time is what ends it."""


class Treecf:
    """`Explainer(...).explain`, or `explain_diverse` for several answers.

    Largest changes depend on the patient, so each patient gets an explainer with ranges of their own; trees
    and distances are read once and shared.

    Args:
        limit_s: its own limit of time for one answer.
        target: the risk to reach, the person's own if not given.
        forest: share of training people within the bound on an isolation forest's anomaly score; no bound if
            not given.
        effort: whether its weights make its distance our effort, in place of its own distance in MADs.
        links: whether it is told what follows by links, as waist does BMI; its exact search cannot be.
    """

    def __init__(
        self,
        setup: BenchmarkSetup,
        backend: str = "genetic",
        limit_s: float = 10.0,
        target: float | None = None,
        forest: float | None = None,
        effort: bool = False,
        links: bool = False,
        count: int = 1,
        seed: int = SEED,
    ) -> None:
        self._setup, self._schema = setup, setup.setting.schema
        self._backend, self._limit_s, self._count, self._seed = backend, limit_s, count, seed
        self._effort, self._links = effort, links
        self._goal = target
        self._bound = None if forest is None else _forest(setup, forest)
        assert setup.booster is not None  # it is not asked where there is none: `MethodAdapter.reads_xgboost`
        base = Explainer(setup.booster, background=setup.training.rows)
        self._ir, self._sigma = base.ir, base.sigma

    def __call__(self, person: BenchmarkPerson) -> MethodReply:
        explainer, target = self._explainer(person), self._target(person)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a budget ran out; `proof` says so too
            if self._count > 1:
                return _reply(self._several(explainer, person, target))
            plans = explainer.explain(
                person.row,
                target,
                backend=self._backend,
                time_budget_s=self._limit_s,
                sparsity_weight=self._schema.model.effort_per_change if self._effort else 0.0,
                node_budget=NODES if self._backend == "exact" else None,
                seed=self._seed,
            )
        return _reply([plans])

    def _several(self, explainer: Any, person: BenchmarkPerson, target: Any) -> list[Any]:
        plans = explainer.explain_diverse(
            person.row,
            target,
            k=self._count,
            backend=self._backend,
            total_budget_s=self._limit_s,
            seed=self._seed,
        )
        return list(plans.plans.values())

    def _target(self, person: BenchmarkPerson) -> Any:
        goal = self._setup.target_of(person) if self._goal is None else self._goal
        if self._setup.raising:  # it reads the folder's own trees, of which ours are the complement
            lowest = np.nextafter(self._setup.raw_target(1.0 - goal), 1.0)
            return Target.probability(range=(float(lowest), 1.0))
        return Target.probability(range=(0.0, self._setup.raw_target(goal)))

    def _explainer(self, person: BenchmarkPerson) -> Any:
        groups = self._setup.free_categories(person)
        chosen = {self._schema.columns[column] for group in groups for column in group}
        frozen = [Freeze(c) for c in self._schema.columns if c not in person.ranges and c not in chosen]
        ranges = [Range(name, low, high) for name, (low, high) in person.ranges.items()]
        rules = [*self._relations(person), *(self._following(person) if self._links else ())]
        rules += [OneHot(tuple(self._schema.columns[column] for column in group)) for group in groups]
        return Explainer(
            self._ir,
            normalizers=self._sigma,
            constraints=[*frozen, *ranges, *rules],
            weights=self._weights(person) if self._effort else None,
            value_policy={name: _grid(self._schema, name) for name in person.ranges}
            | dict.fromkeys(chosen, "integer"),
            plausibility=self._bound,
        )

    def _relations(self, person: BenchmarkPerson) -> Iterator[Any]:
        """The relations that free features touch; the exact search takes "a <= b" only, without offset."""
        exact = self._backend == "exact"
        for relation in self._schema.relations:
            pair = sorted(relation.terms.values()) == [-1.0, 1.0]
            if any(name in person.ranges for name in relation.terms) and (pair or not exact):
                yield Linear(dict(relation.terms), "<=", 0.0 if exact else relation.bound)

    def _following(self, person: BenchmarkPerson) -> Iterator[Any]:
        """Each free linked feature stays within its rounding of where its driver takes it."""
        for link in self._free_links(person):
            slope = slope_of(link, person.values)
            terms = {link.feature: 1.0, link.driver: -slope}
            start, driver = (person.row[self._schema.column_of[name]] for name in terms)
            at, room = start - slope * driver, self._schema[link.feature].precision / 2
            yield Linear(terms, "<=", at + room)
            yield Linear(terms, ">=", at - room)

    def _weights(self, person: BenchmarkPerson) -> dict[str, float]:
        """Weights that make the weighted distance the effort of all steps.

        A linked feature costs what its driver's move would; next to nothing where it is told to follow.
        """
        each: dict[str, float] = {}
        for feature in self._schema.actionable:
            assert feature.action is not None
            each[feature.name] = feature.action.effort / feature.action.step
        for link in self._free_links(person):
            share = 1e-3 if self._links else 1.0
            each[link.feature] = share * each[link.driver] / slope_of(link, person.values)
        return {name: price * self._sigma[self._schema.column_of[name]] for name, price in each.items()}

    def _free_links(self, person: BenchmarkPerson) -> Iterator[Link]:
        return (
            link
            for link in self._schema.links
            if link.feature in person.ranges and not isinstance(link, RuleLink)
        )


def _reply(plans: Sequence[Any]) -> MethodReply:
    answers = [one for one in plans if not isinstance(one, Infeasible)]
    if not answers:
        proved = any(one.proof == "certified" for one in plans)
        return MethodReply(Ending.NONE, proved=proved, detail=plans[0].reason[:200] if plans else "")
    rows = tuple(tuple(float(value) for value in answer.x_cf) for answer in answers)
    return MethodReply(Ending.FOUND, rows, proved=answers[0].proof == "optimal")


def _grid(schema: FeatureSchema, name: str) -> Any:
    """The schema's precision as a value policy."""
    feature = schema[name]
    return Grid(step=feature.precision) if feature.kind is Kind.NUMBER else "integer"


def _forest(setup: BenchmarkSetup, share: float) -> Any:
    rows = setup.training.rows
    forest = IsolationForest(random_state=SEED).fit(rows)
    return Plausibility.isolation_forest(forest, float(np.quantile(-forest.score_samples(rows), share)))
