"""The study's bars of what is regained under class-specific scarcity: the papers' Fig. 7."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from research.drawing import svg
from research.evaluation.augmentation.augmenters import AUGMENTERS
from research.evaluation.augmentation.cohort import Scarcity
from research.evaluation.augmentation.recovery import lost_f1, recovery_rows
from research.evaluation.augmentation.trial import Trial
from research.evaluation.metrics.figures import Figures

_INK, _OURS, _THEIRS, _PLAIN = "#666666", "#c2571a", "#3b82c4", "#9a9a9a"


def scarcity_svg(trials: Sequence[Trial], name_of: Callable[[str], str]) -> str:
    """F1 with each augmenter, a panel a scarcity; lines stand at all labels and at those that are left."""
    with svg(7.2, 3.2) as (canvas, text):
        panels = canvas.subplots(1, len(Scarcity), sharey=True)
        for axes, scarcity in zip(panels, Scarcity, strict=True):
            _panel(axes, recovery_rows(trials, scarcity, name_of))
            gone = lost_f1(trials, scarcity)
            title = "both classes" if scarcity is Scarcity.BOTH else f"{scarcity} class"
            axes.set_title(
                f"half the labels of {title}\n{gone.value if gone else 0:.1f} points lost", color=_INK
            )
    return text.getvalue()


def _panel(axes: Axes, rows: dict[str, Figures]) -> None:
    names = [name for name in rows if name not in ("all labels", "none")]
    colours = {one.name: _colour(one.key) for one in AUGMENTERS}
    for place, name in enumerate(names):
        figure = rows[name]["f1"]
        if figure is None or figure.low is None or figure.high is None:
            continue
        axes.barh(place, figure.value, color=colours[name], height=0.7, alpha=0.8)
        axes.plot([figure.low, figure.high], [place, place], color=_INK, linewidth=1)
    for name, dashes in (("all labels", "-"), ("none", "--")):
        if (figure := rows[name]["f1"]) is not None:
            axes.axvline(figure.value, color=_INK, linestyle=dashes, linewidth=0.8)
    values = [row["f1"].value for row in rows.values() if row["f1"] is not None]
    axes.set(xlim=(min(values) - 2, max(values) + 1.5), ylim=(len(names) - 0.5, -0.5), xlabel="F1, %")
    axes.set_yticks(range(len(names)), names, color=_INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors=_INK, length=2)
    axes.patch.set_alpha(0)


def _colour(key: str) -> str:
    if key.startswith(("search", "llm")):
        return _OURS
    return _PLAIN if key in ("oversampling", "smote", "self") else _THEIRS
