"""Runs of `turnpoint add-model` on invented tables."""

from pathlib import Path
from typing import Any

import pandas as pd

from research.own_model.adding import Added, Drafted, Order, add_model
from tests.own_tables import QUICK, decide, written

NAME = "own-event"


def silent(message: str, fraction: float | None) -> None:
    """Nobody is told."""


def order_of(table: pd.DataFrame, folder: Path, **more: Any) -> Order:
    wanted: dict[str, Any] = {"name": NAME, "outcome": "event", "store": folder / "store", **more}
    return Order(data=written(table, folder), **wanted)


def made(
    table: pd.DataFrame, folder: Path, *changed: str, threshold: float | None = None, **more: Any
) -> Added:
    """The version that an owner gets who decides what can change, and nothing else."""
    order = order_of(table, folder, **more)
    drafted = add_model(order, silent, QUICK)
    assert isinstance(drafted, Drafted)
    decide(drafted.task, *changed, threshold=threshold)
    done = add_model(order, silent, QUICK)
    assert isinstance(done, Added)
    return done


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
