"""A run that is stopped goes on as if it had not been, and what is kept is what did best."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path

import pytest
import torch

from research.finetuning.base import BaseLlm, with_adapter
from research.finetuning.packing import Packed
from research.finetuning.recipe import Recipe
from research.finetuning.tune import TuningProgress, tune
from research.finetuning.validation import ValidationScores

Weights = dict[str, torch.Tensor]


class StoppedError(Exception):
    pass


def stop_at(share: float) -> Callable[[str, float], None]:
    def report(_: str, done: float) -> None:
        if done >= share:
            raise StoppedError

    return report


def run(
    base: BaseLlm,
    examples: list[Packed],
    recipe: Recipe,
    home: Path,
    valid: Iterable[float] = (0.5, 0.5),
    report: Callable[[str, float], None] = lambda *_: None,
) -> tuple[TuningProgress, Weights]:
    """Tune an adapter of a copy; checks find these shares of valid answers, one after another."""
    share_checks = iter(valid)
    tuned = BaseLlm(with_adapter(deepcopy(base), recipe), tokenizer=None, device=base.device)
    progress = tune(tuned, examples, recipe, lambda: ValidationScores(1.0, next(share_checks)), home, report)
    return progress, {
        name: one.detach().clone() for name, one in tuned.model.named_parameters() if one.requires_grad
    }


def same(one: Weights, other: Weights) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_a_run_that_was_stopped_ends_where_it_would_have(
    base: BaseLlm, examples: list[Packed], recipe: Recipe, tmp_path: Path
) -> None:
    whole, weights = run(base, examples, recipe, tmp_path / "whole")
    with pytest.raises(StoppedError):
        run(base, examples, recipe, tmp_path / "stopped", [0.5], stop_at(6 / 8))
    again, resumed = run(base, examples, recipe, tmp_path / "stopped", [0.5])
    assert same(resumed, weights)
    assert again == whole
    assert [entry["step"] for entry in again.log] == list(range(1, 9))


def test_the_weights_of_the_best_check_are_kept(
    base: BaseLlm, examples: list[Packed], recipe: Recipe, tmp_path: Path
) -> None:
    worse, first = run(base, examples, recipe, tmp_path / "worse", [0.9, 0.1])
    better, last = run(base, examples, recipe, tmp_path / "better", [0.1, 0.9])
    assert (worse.best_step, worse.best) == (4, 0.9)
    assert (better.best_step, better.best) == (8, 0.9)
    assert not same(first, last)


def test_a_run_that_no_longer_gets_better_ends(
    base: BaseLlm, examples: list[Packed], recipe: Recipe, tmp_path: Path
) -> None:
    training = recipe.training.model_copy(update={"checks": 8, "patience": 2})
    patient = recipe.model_copy(update={"training": training})
    progress, _ = run(base, examples, patient, tmp_path, [0.2, 0.6, 0.5, 0.4])
    assert progress.step == 4


def test_it_learns(base: BaseLlm, examples: list[Packed], recipe: Recipe, tmp_path: Path) -> None:
    training = recipe.training.model_copy(update={"epochs": 20, "checks": 1, "learning_rate": 1e-2})
    progress, _ = run(base, examples, recipe.model_copy(update={"training": training}), tmp_path, [1.0])
    assert progress.log[-1]["loss"] < 0.5 * progress.log[0]["loss"]
