"""Options to choose between: the best of each strategy, with few behaviours in common.

A strategy is a set of themes. Options are taken from a list in which none contains another's changes, so that
the first of a strategy in order of effort is of least effort among all of that strategy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.domain.counterfactual import Distinction, Strategy
from app.domain.feature import Theme
from app.domain.schema import BoolArray, FeatureSchema, FloatArray, IntArray, Value
from app.domain.wording import and_list
from app.engine.problem import RecourseProblem

Themes = tuple[str, ...]

_NAMES = {
    Theme.WEIGHT: "weight",
    Theme.FOOD: "food",
    Theme.ACTIVITY: "activity",
    Theme.SLEEP: "sleep",
    Theme.ALCOHOL: "alcohol",
    Theme.TREATMENT: "treatment",
}


def themes_of(problem: RecourseProblem, levels: IntArray) -> list[Themes]:
    """The themes of each candidate's changes, in the schema's order."""
    schema = problem.schema
    theme = [schema.theme_of(lever.feature.name) for lever in problem.levers]
    order = list(dict.fromkeys(schema.theme_of(feature.name) for feature in schema.features))
    moved = [{theme[place] for place in np.flatnonzero(candidate)} for candidate in levels]
    return [tuple(sorted(themes, key=order.index)) for themes in moved]


def different(themes: Sequence[Themes], levels: IntArray, effort: FloatArray, count: int) -> list[int]:
    """Up to `count` positions of options that differ, in order of effort.

    None shares more than half of its behaviours with another. Each is the best of its strategy, or shares
    nothing with those that were taken before it. The one of least effort of all comes first, and what shares
    nothing with those before it is taken before what shares something. Where two options share nothing at
    all, two such are among those chosen.
    """
    if len(levels) == 0:
        return []
    pool = _Pool(np.argsort(effort, kind="stable").tolist(), themes, levels > 0)
    chosen = pool.extended([pool.order[0]], count)
    if count > 1 and not pool.has_disjoint(chosen):
        chosen = pool.around_a_pair(count) or chosen
    return sorted(chosen, key=pool.order.index)


@dataclass(frozen=True, slots=True)
class _Pool:
    """Options in order of effort, with their themes and what each changes."""

    order: list[int]
    themes: Sequence[Themes]
    moved: BoolArray

    def extended(self, chosen: list[int], count: int) -> list[int]:
        """More of them, until there are as many as are wanted or none is left that differs."""
        while len(chosen) < count:
            open_ = [one for one in self.order if self._may_join(one, chosen)]
            if not open_:
                break
            near = [sum(self.shared(one, other) > 0 for other in chosen) for one in open_]
            chosen = [*chosen, open_[int(np.argmin(near))]]
        return chosen

    def _may_join(self, one: int, chosen: list[int]) -> bool:
        """Whether it differs from all, and is the best of its strategy or shares nothing with any."""
        if any(self.shared(one, other) for other in chosen) and one != self._best_of(self.themes[one]):
            return False
        return all(self.differ(one, other) for other in chosen)

    def _best_of(self, themes: Themes) -> int:
        """The option of least effort of a strategy."""
        return next(one for one in self.order if self.themes[one] == themes)

    def around_a_pair(self, count: int) -> list[int]:
        """Options about a disjoint pair: one beside which the option of least effort has a place, if any."""
        pairs = [pair for pair in combinations(self.order, 2) if not self.shared(*pair)]
        if not pairs:
            return []
        first = self.order[0]
        beside = [pair for pair in pairs if count > 2 and all(self.differ(first, one) for one in pair)]
        return self.extended([first, *beside[0]] if beside else [*pairs[0]], count)

    def has_disjoint(self, chosen: list[int]) -> bool:
        return any(not self.shared(*pair) for pair in combinations(chosen, 2))

    def shared(self, first: int, second: int) -> int:
        """How many behaviours two options share."""
        return int((self.moved[first] & self.moved[second]).sum())

    def differ(self, first: int, second: int) -> bool:
        """Whether two options may stand side by side."""
        shared = self.shared(first, second)
        if first == second or (shared and self.themes[first] == self.themes[second]):
            return False
        return bool(2 * shared <= min(self.moved[first].sum(), self.moved[second].sum()))


def strategies(
    schema: FeatureSchema,
    themes: Sequence[Themes],
    levels: IntArray,
    effort: FloatArray,
    before: Mapping[str, Value],
    ends: Sequence[Mapping[str, Value]],
) -> list[Strategy]:
    """What each of the options shown is about, and what sets it apart; `ends` are the new values.

    `before` has the factual ones.
    """
    apart: list[list[Distinction]] = [[] for _ in themes]
    if len(themes) > 1:
        apart[int(effort.argmin())].append(Distinction.LEAST_EFFORT)
        changes = (levels > 0).sum(axis=1)
        fewest = np.flatnonzero(changes == changes.min())
        if len(fewest) == 1:
            apart[int(fewest[0])].append(Distinction.FEWEST_CHANGES)
        without = [place for place, own in enumerate(themes) if Theme.WEIGHT not in own]
        if 0 < len(without) < len(themes):
            lightest = min(without, key=lambda place: effort[place])
            apart[lightest].append(Distinction.WITHOUT_WEIGHT_GOAL)
    return [
        Strategy(name=strategy_name(schema, own, before, after), themes=own, distinctions=tuple(marks))
        for own, marks, after in zip(themes, apart, ends, strict=True)
    ]


def strategy_name(
    schema: FeatureSchema, themes: Themes, before: Mapping[str, Value], after: Mapping[str, Value]
) -> str:
    """Themes in words: "Weight, food and activity"; `before` and `after` have values by feature."""
    listed = and_list([_in_words(schema, theme, before, after) for theme in themes])
    return listed[0].upper() + listed[1:]


def _in_words(
    schema: FeatureSchema, theme: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> str:
    if theme == Theme.SMOKING:
        own = {name: value for name, value in after.items() if schema.theme_of(name) == theme}
        for name, value in own.items():
            action = schema[name].action
            if action is not None and action.moves:
                return action.verb_for(before[name], value)
        ends = own.values()
        return (
            "stopping smoking" if all(isinstance(end, bool) or end == 0 for end in ends) else "smoking less"
        )
    return _NAMES[Theme(theme)] if theme in list(Theme) else schema[theme].label
