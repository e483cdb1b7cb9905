"""F1 by how many rows are added, a panel a scarcity: the papers' Fig. 7, as far as its caption tells."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from research.drawing import svg
from research.evaluation.augmentation.cohort import Scarcity
from research.evaluation.augmentation.report import name_of
from research.papers_study.recovery import MAGNITUDES, augmenters_of, f1_of, headline, scores_of
from research.papers_study.scarcity import FoldTrial

_INK = "#666666"
_COLOURS = ("#9a9a9a", "#6b6b6b", "#c9b037", "#7a5195", "#3b82c4", "#c2571a", "#2f4b7c", "#e08e5a")


def scarcity_svg(trials: Sequence[FoldTrial]) -> str:
    """Lines of means; solid at all labels, dashed at those that are left."""
    with svg(7.2, 3.0) as (canvas, text):
        for axes, scarcity in zip(canvas.subplots(1, len(Scarcity), sharey=True), Scarcity, strict=True):
            _panel(axes, trials, scarcity)
        handles, labels = canvas.axes[0].get_legend_handles_labels()
        canvas.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return text.getvalue()


def _panel(axes: Axes, trials: Sequence[FoldTrial], scarcity: Scarcity) -> None:
    scores = scores_of(trials, scarcity)
    axes.axhline(scores.whole.mean(), color=_INK, linewidth=0.8, label="all labels")
    axes.axhline(scores.scarce.mean(), color=_INK, linewidth=0.8, linestyle="--", label="scarce")
    for number, key in enumerate(augmenters_of(trials, scarcity)):
        means = {size: f1_of(trials, scarcity, key, size) for size in MAGNITUDES}
        there = [(100 * size, float(f1.mean())) for size, f1 in means.items() if f1.size]
        colour = _COLOURS[number % len(_COLOURS)]
        axes.plot(*zip(*there, strict=True), "o-", color=colour, markersize=2.5, label=name_of(key))
    axes.set_title(headline(trials, scarcity).replace(": ", ":\n"), color=_INK, fontsize=6)
    axes.set(xlabel="rows added, % of labels lost", xticks=[100 * one for one in MAGNITUDES])
    if scarcity is next(iter(Scarcity)):
        axes.set_ylabel("F1, %", color=_INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK, length=2)
    axes.patch.set_alpha(0)
