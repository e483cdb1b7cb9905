"""Invented tables of people, as owners bring them: written as CSV, with nobody real in them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from research.own_model.choice import grid
from research.own_model.fitting import Size

QUICK = Size(grid()[:2], members=3, exemplars=5)
"""Few settings and refits: what a test is about is rarely how many there are."""

ACTIONS = {
    "bmi": 'direction = "decrease"\nverb = "losing weight"\nstep = 1\nlimit = [20, 60]\neffort = 0.2',
    "walks": 'direction = "increase"\nverb = "walking more"\nstep = 1\nlimit = [0, 7]\neffort = 0.3',
    "habit_0": 'direction = "decrease"\nverb = "less of it"\nstep = 1\nlimit = [0, 9]\neffort = 0.2',
}
"""What an owner would write under [feature.action], by column."""


def ordinary(people: int = 900, seed: int = 1) -> pd.DataFrame:
    """Age, weight, walks, a category, unknown values, ids and sites; a quarter have the outcome."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "patient": [f"P-{number:05d}" for number in range(people)],
            "clinic": rng.choice(["North", "South", "West"], people),
            "age": rng.integers(25, 85, people),
            "bmi": rng.normal(29, 5, people).clip(17, 55).round(1),
            "walks": rng.integers(0, 8, people),
            "team": rng.choice(["red", "green", "blue"], people),
            "iron": rng.normal(15, 4, people).clip(2, 40).round(1),
        }
    )
    score = (table.age - 55) / 12 + (table.bmi - 29) / 4 - (table.walks - 3.5) / 3
    table["iron"] = table.iron.where(rng.random(people) > 0.1)
    return table.assign(event=has_outcome(score, 0.25, rng))


def without_age(people: int = 700) -> pd.DataFrame:
    """Of whom nobody says how old they are, and no category tells."""
    return ordinary(people, seed=2)[["bmi", "walks", "iron", "event"]]


def rare(people: int = 4000) -> pd.DataFrame:
    """Two in a hundred have the outcome."""
    table = ordinary(people, seed=3)
    score = (table.age - 55) / 8 + (table.bmi - 29) / 3
    return table.assign(event=has_outcome(score, 0.02, np.random.default_rng(3)))


def categories(people: int = 900) -> pd.DataFrame:
    """Most of what is known is a word."""
    rng = np.random.default_rng(4)
    words = {f"word_{place}": rng.choice(list("abcde"), people) for place in range(5)}
    table = pd.DataFrame({**words, "walks": rng.integers(0, 8, people)})
    score = 2.0 * (table.word_0 == "a") + 1.0 * (table.word_1 == "b") - (table.walks - 3.5) / 3
    return table.assign(event=np.where(has_outcome(score, 0.3, rng), "yes", "no"))


def wide(people: int = 900) -> pd.DataFrame:
    """Sixty features, of which a few matter."""
    rng = np.random.default_rng(5)
    habits = pd.DataFrame({f"habit_{place}": rng.integers(0, 10, people) for place in range(60)})
    score = (habits.habit_0 + habits.habit_1 + habits.habit_2 - 13.5) / 3
    return habits.assign(event=has_outcome(score, 0.3, rng))


def has_outcome(score: "pd.Series[float]", share: float, rng: np.random.Generator) -> "pd.Series[int]":
    """Those of the highest score, with chance in it, to this share."""
    drawn = score + rng.logistic(0, 0.7, len(score))
    return (drawn >= drawn.quantile(1 - share)).astype(int)


def written(table: pd.DataFrame, folder: Path) -> Path:
    """The table as an owner brings it."""
    path = folder / "people.csv"
    table.to_csv(path, index=False)
    return path


def decide(
    task: Path, *changed: str, threshold: float | None = None, edit: Callable[[str], str] = str
) -> None:
    """What an owner decides in a drafted task.toml: what can change, and from what risk on one would act."""
    text = task.read_text(encoding="utf-8")
    for name in changed:
        own = text.index(f'name = "{name}"')
        end = text.find("\n\n[[feature]]", own)
        end = len(text) if end < 0 else end
        action = f"\n[feature.action]\n{ACTIONS[name]}\n"
        text = text[:end].rstrip() + action + text[end:]
    if threshold is not None:
        lines = text.splitlines(keepends=True)
        place = next(at for at, line in enumerate(lines) if line.startswith("threshold = "))
        lines[place] = f"threshold = {threshold}\n"
        text = "".join(lines)
    task.write_text(edit(text), encoding="utf-8")
