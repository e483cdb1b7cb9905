"""The study's figure of changed features, a panel a way: the papers' Fig. 6."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from research.drawing import svg
from research.evaluation.methods.registry import Method
from research.papers_study.asking import Asked
from research.papers_study.judged import changed

_INK = "#666666"


def features_svg(asked: Sequence[Asked], methods: Sequence[Method]) -> str:
    """Of valid answers, % that change each feature, and how many an answer changes on average."""
    shown = [method for method in methods if any(method.key in one.rows for one in asked)]
    with svg(7.2, 1.5 + 0.19 * len(shown)) as (canvas, text):
        panels = canvas.subplots(1, len(asked), sharey=True, squeeze=False)[0]
        for axes, one in zip(panels, asked, strict=True):
            _panel(axes, one, shown)
    return text.getvalue()


def _panel(axes: Axes, asked: Asked, methods: Sequence[Method]) -> None:
    features = asked.judges[0].setup.schema.actionable
    rates = np.full((len(methods), len(features)), np.nan)
    for row, method in enumerate(methods):
        rows = asked.of(method.key) if method.key in asked.rows else []
        for column, feature in enumerate(features):
            flags = changed(rows, feature.name)
            rates[row, column] = 100 * np.mean(flags) if flags else np.nan
        sizes = [len(one.answer.structure.moved) for one in rows if one.answer and one.answer.valid]
        if sizes:
            axes.text(len(features) - 0.35, row, f"{np.mean(sizes):.1f}", va="center", color=_INK)
    axes.imshow(rates, cmap="Oranges", vmin=0, vmax=100, aspect="auto")
    for row, column in np.argwhere(~np.isnan(rates)):
        ink = "white" if rates[row, column] > 60 else "#333333"
        axes.text(column, row, f"{rates[row, column]:.0f}", ha="center", va="center", fontsize=6, color=ink)
    axes.set_title(f"{asked.way}: answers that change a feature, %\n(right: features an answer)", color=_INK)
    labels = [one.label for one in features]
    axes.set_xticks(range(len(features)), labels, rotation=45, ha="right", color=_INK)
    axes.set_yticks(range(len(methods)), [method.name for method in methods], color=_INK)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(colors=_INK, length=0)
    axes.patch.set_alpha(0)
