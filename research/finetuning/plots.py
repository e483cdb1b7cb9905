"""The course of a fine-tuning as a small SVG figure."""

from collections.abc import Sequence

from research.drawing import svg

_INK, _LINE, _MARK = "#767676", "#3b82c4", "#c2571a"


def loss_svg(log: Sequence[dict[str, float]]) -> str:
    """Loss by step, smoothed over twenty, and the share of valid answers where it was looked at."""
    steps, losses = [entry["step"] for entry in log], [entry["loss"] for entry in log]
    smooth = [sum(part) / len(part) for part in (losses[max(0, i - 19) : i + 1] for i in range(len(losses)))]
    checked = [(entry["step"], entry["valid"]) for entry in log if "valid" in entry]
    with svg(5.2, 3.0, font=9) as (figure, text):
        left = figure.subplots()
        left.plot(steps, smooth, color=_LINE)
        left.set(xlabel="step", ylabel="loss", title="Loss (line) and share of valid answers (dots)")
        right = left.twinx()
        right.plot([step for step, _ in checked], [valid for _, valid in checked], "o", color=_MARK)
        right.set(ylim=(0, 1), ylabel="valid")
        for axes in (left, right):
            axes.tick_params(colors=_INK)
            axes.spines[["top"]].set_visible(False)
        left.patch.set_alpha(0)
    return text.getvalue()
