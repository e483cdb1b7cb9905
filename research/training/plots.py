"""Two small SVG figures beside the model card: reliability curve and ROC curve.

Written by hand: a few elements need no plotting library. Colours are a mid grey and a mid blue that are
readable on white and on black alike.
"""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from app.classifiers.card import held_out_words

SIZE, LEFT, TOP, SIDE = 320, 56, 28, 236
"""Width and height of a figure, and the corner and side of its square of axes, in pixels."""
_INK, _LINE = "#767676", "#3b82c4"
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

Points = Sequence[tuple[float, float]]


def write(home: Path, metrics: dict[str, Any]) -> None:
    """Write `calibration.svg` and `roc.svg` into a version's folder."""
    (home / "calibration.svg").write_text(calibration_svg(metrics), encoding="utf-8")
    (home / "roc.svg").write_text(roc_svg(metrics), encoding="utf-8")


def calibration_svg(metrics: dict[str, Any]) -> str:
    """Observed share against mean predicted risk in ten bins of equal count; the diagonal is ideal."""
    points = [(part["mean_risk"], part["observed"]) for part in metrics["calibration"]["bins"]]
    dots = [f'<circle cx="{_x(a)}" cy="{_y(b)}" r="3.5" fill="{_LINE}"/>' for a, b in points]
    title = f"Calibration on {_whom(metrics['held_out'])}"
    return _figure(title, "Predicted risk", "Observed share", points, dots)


def roc_svg(metrics: dict[str, Any]) -> str:
    """Sensitivity against 1 - specificity; the ring marks the decision threshold."""
    held_out, threshold = metrics["held_out"], metrics["threshold"]
    a, b = 1 - held_out["specificity"], held_out["sensitivity"]
    mark = f'<circle cx="{_x(a)}" cy="{_y(b)}" r="4.5" fill="none" stroke="{_LINE}" stroke-width="2"/>'
    label = _text(_x(a) + 10, _y(b) + 14, f"threshold {threshold:g}", "start")
    title, auc = f"ROC curve on {_whom(held_out)}", held_out["roc_auc"]
    if auc is not None:  # of fewer than five people with several rows none is told
        title = f"{title}, AUC {auc['value']:.3f}"
    return _figure(title, "1 - specificity", "Sensitivity", metrics["roc"], [mark, label])


def _whom(held_out: dict[str, Any]) -> str:
    return held_out_words(held_out["n"], held_out.get("people"))


def _figure(title: str, across: str, up: str, points: Points, marks: Iterable[str]) -> str:
    curve = " ".join(f"{_x(a)},{_y(b)}" for a, b in points)
    middle = TOP + SIDE / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="11" fill="{_INK}">',
        f"<title>{escape(title)}</title>",
        _text(16, TOP - 12, title, "start"),
        *_axes(),
        _line((0, 0), (1, 1), 'stroke-dasharray="4 4"'),
        f'<polyline points="{curve}" fill="none" stroke="{_LINE}" stroke-width="2" stroke-linejoin="round"/>',
        *marks,
        _text(LEFT + SIDE / 2, SIZE - 12, across, "middle"),
        f'<g transform="rotate(-90 16 {middle:g})">{_text(16, middle, up, "middle")}</g>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes() -> list[str]:
    parts = [f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="{_INK}"/>']
    for tick in _TICKS:
        parts.append(_text(_x(tick), TOP + SIDE + 16, f"{tick:g}", "middle"))
        parts.append(_text(LEFT - 7, _y(tick) + 4, f"{tick:g}", "end"))
        if 0 < tick < 1:
            parts.append(_line((tick, 0), (tick, 1), 'stroke-opacity="0.25"'))
            parts.append(_line((0, tick), (1, tick), 'stroke-opacity="0.25"'))
    return parts


def _line(start: tuple[float, float], end: tuple[float, float], style: str) -> str:
    (a, b), (c, d) = start, end
    return f'<line x1="{_x(a)}" y1="{_y(b)}" x2="{_x(c)}" y2="{_y(d)}" stroke="{_INK}" {style}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def _x(share: float) -> float:
    return round(LEFT + share * SIDE, 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * SIDE, 1)
