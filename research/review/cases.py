"""The cases of a packet: held-out people, and of each the options that stand side by side, unnamed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.classifiers.partitions import Side, people_in_turns, people_of
from app.classifiers.store import load_version
from app.domain.schema import FloatArray
from app.engine.problem import RecourseProblem, problem_about
from research.evaluation.benchmark_setup.people import BenchmarkPerson, BenchmarkSetup
from research.review.errors import ReviewError
from research.review.methods import Reviewed, Suggested
from research.review.permitted import is_as_given, moved_on, permitted_form

Levels = tuple[int, ...]
FEWEST = 2
"""So many cases are needed for a control: it is an option of somebody else."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option as reviewers see it, and what they are not told: of which methods it is.

    `cut` are those methods whose answer was not permitted as it came, or not on the steps.
    """

    levels: Levels
    methods: tuple[Reviewed, ...]
    cut: tuple[Reviewed, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """One person, the risk as things are, and options in the order in which they are shown."""

    source_id: int
    problem: RecourseProblem
    risk: float
    options: tuple[Option, ...]


def drawn(store: Path, name: str, seed: int) -> tuple[int, ...]:
    """Everybody held out whose risk is above the threshold, in an order drawn by the seed: ids of rows.

    Of somebody with several such rows, such as days, one is drawn: no two cases are of one person, and no
    control is made of the person's own options.

    Raises:
        ModelFolderError: there is no such model.
        ReviewError: fewer than two such people are there.
    """
    model = load_version(store, name)
    if model.held_out is None or len(model.held_out.outcome) == 0:
        raise ReviewError(f"{name} has no people who are held out, so there is nobody to review.")
    threshold = model.schema.model.threshold
    high = [one for one in people_of(model, Side.HELD_OUT) if one.risk > threshold]
    order = np.random.default_rng([seed, 0]).permutation(len(high)).tolist()
    first = people_in_turns([high[place] for place in order])[: len({one.whose for one in high})]
    if len(first) < FEWEST:
        raise ReviewError(
            f"{name} has {len(first)} held-out people whose risk is above its threshold of {threshold:g}: "
            f"a review takes {FEWEST} or more."
        )
    return tuple(one.source_id for one in first)


def cases_of(setup: BenchmarkSetup, ids: Sequence[int], suggested: Suggested) -> list[ReviewCase]:
    """Those of these people, in this order, about whom some method has an option; without controls yet."""
    cases = []
    for person in sorted(setup.people, key=lambda person: ids.index(person.source_id)):
        problem = problem_about(setup.model, person.values, target=person.target)
        if options := _pooled(problem, person, suggested):
            risk = float(problem.risk(problem.unchanged)[0])
            cases.append(ReviewCase(person.source_id, problem, risk, tuple(options)))
    return cases


def as_shown(cases: Sequence[ReviewCase], donors: Sequence[ReviewCase], seed: int) -> list[ReviewCase]:
    """The cases with a control where one can be made, and their options in an order drawn by the seed.

    The order depends on the seed and on what options say, never on whose they are. Controls are options of
    `donors`, who are no cases, each used once, so that a control has no twin in the packet by which it could
    be found; where they do not suffice, of other cases.
    """
    unused = [_Donated(None, donor.problem, option.levels) for donor in donors for option in donor.options]
    others = [
        _Donated(place, case.problem, option.levels)
        for place, case in enumerate(cases)
        for option in case.options
    ]
    shown = []
    for place, case in enumerate(cases):
        draw = np.random.default_rng([seed, 1, place])
        tried = [unused[at] for at in draw.permutation(len(unused))]
        tried += [others[at] for at in draw.permutation(len(others)) if others[at].place != place]
        control, taken = _control(case, tried)
        unused = [one for one in unused if one is not taken]
        options = sorted([*case.options, *control], key=lambda option: option.levels)
        order = draw.permutation(len(options))
        shown.append(replace(case, options=tuple(options[at] for at in order)))
    return shown


@dataclass(frozen=True, slots=True, eq=False)
class _Donated:
    """An option that may become somebody else's control; `place` is that of its case, if it has one."""

    place: int | None
    problem: RecourseProblem
    levels: Levels


def _pooled(problem: RecourseProblem, person: BenchmarkPerson, suggested: Suggested) -> list[Option]:
    """The options of all methods about one person, in an order that says nothing of methods.

    One that several suggest is one option.
    """
    by_levels: dict[Levels, list[Reviewed]] = {}
    cut: list[Reviewed] = []
    for method, row in _given(person, suggested.rows):
        levels = permitted_form(problem, row)
        if not levels.any():
            continue
        by_levels.setdefault(tuple(levels.tolist()), []).append(method)
        if not is_as_given(problem, levels, row):
            cut.append(method)
    return [
        Option(levels, tuple(methods), tuple(method for method in methods if method in cut))
        for levels, methods in sorted(by_levels.items())
    ]


def _given(
    person: BenchmarkPerson, rows: Mapping[Reviewed, Mapping[int, Sequence[float]]]
) -> list[tuple[Reviewed, FloatArray]]:
    return [
        (method, np.array(own[person.source_id], dtype=np.float64))
        for method, own in rows.items()
        if person.source_id in own
    ]


def _control(case: ReviewCase, tried: Sequence[_Donated]) -> tuple[list[Option], _Donated | None]:
    """The first of these, put on this person, that is none of their own options; and of which it was made."""
    there = {option.levels for option in case.options}
    for one in tried:
        levels = moved_on(case.problem, one.problem, np.array(one.levels, dtype=np.int64))
        moved = tuple(levels.tolist())
        if levels.any() and moved not in there:
            return [Option(moved, (Reviewed.SHUFFLED,))], one
    return [], None
