"""The study's figures: what is right and holds, which features are changed, where counterfactuals lie.

The second is the paper's Fig. 6, the third its Fig. 8.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from app.domain.schema import FloatArray
from research.drawing import svg
from research.evaluation.benchmark_setup.people import BenchmarkSetup
from research.evaluation.methods.registry import Method
from research.evaluation.metrics.estimates import Estimate, mean, share
from research.evaluation.metrics.evaluated import EvaluatedPerson
from research.evaluation.study.comparison import Comparison

_INK, _OURS, _THEIRS, _REAL = "#666666", "#c2571a", "#3b82c4", "#9a9a9a"
_SHOWN = ("ours", "fine-tuned", "dice-random", "nice-sparsity", "cfnow", "treecf")
"""Methods in the latent space."""


def rightness_svg(comparison: Comparison) -> str:
    """Strict share of all asked, and survival of valid answers, with 95 % intervals; a row a method."""
    methods = [method for method in comparison.methods if method.answers == 1 or method.style is not None]
    with svg(7.2, 0.9 + 0.19 * len(methods)) as (canvas, text):
        for axes, (title, figure) in zip(canvas.subplots(1, 3, sharey=True), _PANELS.items(), strict=True):
            for row, method in enumerate(methods):
                _dot(axes, row, figure(comparison.results[method.key]), method)
            _tidy(axes, title)
            axes.set(ylim=(len(methods) - 0.5, -0.5), xlim=(0, 103))
            axes.set_yticks(range(len(methods)), [method.name for method in methods], color=_INK)
    return text.getvalue()


def features_svg(comparison: Comparison) -> str:
    """How often each feature is changed, % of a method's first answers."""
    methods = [m for m in comparison.methods if any(one.best for one in comparison.results[m.key])]
    features = comparison.evaluators.setup.schema.features
    rates = np.array([[_rate(comparison.results[m.key], f.name) for f in features] for m in methods])
    used = np.flatnonzero(rates.max(axis=0) > 0)
    labels = [features[index].label for index in used]
    with svg(7.2, _below(labels) + 0.6 + 0.19 * len(methods)) as (canvas, text):
        axes = canvas.subplots()
        axes.imshow(rates[:, used], cmap="Oranges", vmin=0, vmax=100, aspect="auto")
        for row, column in np.argwhere(rates[:, used] >= 0.5):
            value = rates[row, used[column]]
            ink = "white" if value > 60 else "#333333"
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", fontsize=6, color=ink)
        _tidy(axes, "first answers that change a feature, %")
        axes.set_xticks(range(len(used)), labels, rotation=45, ha="right", color=_INK)
        axes.set_yticks(range(len(methods)), [method.name for method in methods], color=_INK)
    return text.getvalue()


def latent_svg(comparison: Comparison) -> str:
    """People as they are, and with their first answer, among real people of the low class.

    The plane is that of the first two principal components of standardised training people.
    """
    methods = [method for method in comparison.methods if method.key in _SHOWN]
    setup = comparison.evaluators.setup
    plane, centre = _plane(setup.training.rows, setup.sd)
    population = ((setup.training.rows - centre) @ plane)[~setup.training.outcome]
    with svg(7.2, 2.3 * ((len(methods) + 2) // 3)) as (canvas, text):
        grid = np.atleast_1d(canvas.subplots((len(methods) + 2) // 3, 3, sharex=True, sharey=True)).flat
        for axes, method in zip(grid, methods, strict=False):
            # As pixels: thousands of dots as shapes make a file of megabytes.
            dots = {"color": _REAL, "markersize": 1, "alpha": 0.35, "rasterized": True}
            axes.plot(*population.T, ".", label="real people without the outcome", **dots)
            _paths(axes, setup, comparison.results[method.key], lambda rows: (rows - centre) @ plane)
            _tidy(axes, method.name)
            axes.set(xticks=[], yticks=[])
            axes.spines["bottom"].set_visible(False)
        for axes in canvas.axes[len(methods) :]:
            axes.set_axis_off()
        handles, labels = canvas.axes[0].get_legend_handles_labels()
        canvas.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, markerscale=1.5)
    return text.getvalue()


def _paths(
    axes: Axes,
    setup: BenchmarkSetup,
    results: list[EvaluatedPerson],
    onto: Callable[[FloatArray], FloatArray],
) -> None:
    """A line from each person to where the first answer would take them."""
    pairs = [(one.person.row, one.best.row) for one in results if one.best is not None]
    if not pairs:
        return
    before, after = (onto(setup.filled(np.array(rows))) for rows in zip(*pairs, strict=True))
    axes.plot(*np.stack([before, after]).transpose(2, 0, 1), color=_INK, linewidth=0.4, alpha=0.5)
    axes.plot(*before.T, "s", color=_THEIRS, markersize=1.8, label="asked about")
    axes.plot(*after.T, "D", color=_OURS, markersize=1.8, label="counterfactual")


def _strict(results: Sequence[EvaluatedPerson]) -> Estimate | None:
    return share([one.best is not None and one.best.feasible for one in results])


def _survives(results: Sequence[EvaluatedPerson], what: str) -> Estimate | None:
    return mean([100 * getattr(one.best, what) for one in results if one.best is not None and one.best.valid])


_PANELS: dict[str, Callable[[Sequence[EvaluatedPerson]], Estimate | None]] = {
    "strict OK, % of all asked": _strict,
    "survives refits, mean %": partial(_survives, what="refits"),
    "survives noise, mean %": partial(_survives, what="noise"),
}


def _below(slanted: Sequence[str]) -> float:
    """Inches that slanted labels take below the axes: too little, and there is no room for a single row."""
    return max(0.8, 0.06 * max(map(len, slanted), default=0))


def _rate(results: list[EvaluatedPerson], feature: str) -> float:
    got = [one.best for one in results if one.best is not None]
    return 100 * sum(feature in one.structure.moved for one in got) / len(got)


def _dot(axes: Axes, row: int, figure: Estimate | None, method: Method) -> None:
    if figure is None or figure.low is None or figure.high is None:
        return
    colour, mark = (_OURS, "D") if method.is_ours else (_THEIRS, "o")
    axes.plot([figure.low, figure.high], [row, row], color=colour, linewidth=1.5)
    axes.plot([figure.value], [row], mark, color=colour, markersize=3.5)


def _tidy(axes: Axes, title: str) -> None:
    axes.set_title(title, color=_INK, fontsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors=_INK, length=2)
    axes.patch.set_alpha(0)


def _plane(rows: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Columns in which people do not vary are left out; shapes (columns, 2) and (columns,)."""
    weight = np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)
    centre = rows.mean(axis=0)
    _, _, axes = np.linalg.svd((rows - centre) * weight, full_matrices=False)
    return axes[:2].T * weight[:, None], centre
