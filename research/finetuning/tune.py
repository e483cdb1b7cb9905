"""`turnpoint finetune`: a low-rank adapter of a base model, from examples."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from research.finetuning.base import BaseLlm
from research.finetuning.packing import Batch, Packed, batch_of
from research.finetuning.recipe import Recipe, Training
from research.finetuning.validation import ValidationScores

_KEEP_EVERY = 25
"""Steps between checkpoints."""

Report = Callable[[str, float], None]
Check = Callable[[], ValidationScores]


@dataclass
class TuningProgress:
    """Where a run stands; a checkpoint holds it beside weights and optimiser."""

    step: int = 0
    best_step: int = 0
    best: float = -1.0
    log: list[dict[str, float]] = field(default_factory=list)


def tune(
    base: BaseLlm, examples: Sequence[Packed], recipe: Recipe, check: Check, home: Path, report: Report
) -> TuningProgress:
    """Train the adapter that `base.model` carries, in place, and leave it as it was at its best check.

    `home` keeps a checkpoint that a stopped run goes on from, and the log.
    """
    model, training = base.model, recipe.training
    weights = [one for one in model.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=training.learning_rate, weight_decay=0.0)
    batches = list(_batches(examples, recipe))
    checks = {math.ceil(len(batches) * n / training.checks) for n in range(1, training.checks + 1)}
    progress = _resume(home, model, optimiser)
    while progress.step < len(batches) and not _is_over(progress, checks, training):
        for group in optimiser.param_groups:
            group["lr"] = training.learning_rate * _schedule(progress.step, len(batches), training.warm_up)
        model.train()
        loss = loss_of(base, batch_of([examples[i] for i in batches[progress.step]], base.device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, training.clip)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        progress.step += 1
        entry = {"step": progress.step, "loss": round(loss.item(), 4)}
        report(f"loss {entry['loss']:.3f}, valid {max(progress.best, 0):.2f}", progress.step / len(batches))
        if progress.step in checks:
            entry |= asdict(check())
            if entry["valid"] >= progress.best:
                progress.best, progress.best_step = entry["valid"], progress.step
                _save(home / "best.pt", {"weights": _trained(model)})
        progress.log.append(entry)
        if progress.step % _KEEP_EVERY == 0 or progress.step in checks:
            _keep(home, model, optimiser, progress)
    if progress.best_step:
        _load(model, torch.load(home / "best.pt", weights_only=True)["weights"])
    return progress


def loss_of(base: BaseLlm, batch: Batch) -> torch.Tensor:
    """Mean cross-entropy of the answers' tokens; logits are computed at their places alone."""
    causal = base.model.get_base_model()
    hidden = causal.model(
        input_ids=batch.tokens, attention_mask=batch.mask, position_ids=batch.positions, use_cache=False
    ).last_hidden_state
    learned = hidden.reshape(-1, hidden.shape[-1])[batch.label_places]
    return cross_entropy(causal.lm_head(learned).float(), batch.labels)


def _batches(examples: Sequence[Packed], recipe: Recipe) -> Iterator[list[int]]:
    """Indices of each step's examples: shuffled anew every epoch, those of like length together."""
    size, epochs = recipe.training.batch, recipe.training.epochs
    steps = math.ceil(len(examples) * epochs / size)
    generator = torch.Generator().manual_seed(recipe.data.seed)
    while steps > 0:
        order = torch.randperm(len(examples), generator=generator).tolist()
        pools = [
            sorted(order[i : i + 16 * size], key=lambda j: len(examples[j].tokens))
            for i in range(0, len(order), 16 * size)
        ]
        ready = [pool[i : i + size] for pool in pools for i in range(0, len(pool), size)]
        for place in torch.randperm(len(ready), generator=generator).tolist()[:steps]:
            yield ready[place]
        steps -= len(ready)


def _schedule(step: int, steps: int, warm_up: float) -> float:
    """Linear warm-up, then a half cosine to a tenth."""
    start = max(1, round(steps * warm_up))
    if step < start:
        return (step + 1) / start
    return 0.55 + 0.45 * math.cos(math.pi * (step - start) / max(1, steps - start))


def _is_over(progress: TuningProgress, checks: set[int], training: Training) -> bool:
    return sum(progress.best_step < step <= progress.step for step in checks) >= training.patience


def _trained(model: Any) -> dict[str, torch.Tensor]:
    return {name: one.detach().cpu() for name, one in model.named_parameters() if one.requires_grad}


def _load(model: Any, weights: dict[str, torch.Tensor]) -> None:
    own = dict(model.named_parameters())
    with torch.no_grad():
        for name, one in weights.items():
            own[name].copy_(one)


def _keep(home: Path, model: Any, optimiser: torch.optim.Optimizer, progress: TuningProgress) -> None:
    _save(
        home / "checkpoint.pt",
        {"weights": _trained(model), "optimiser": optimiser.state_dict(), "progress": asdict(progress)},
    )
    (home / "log.json").write_text(json.dumps(progress.log), encoding="utf-8")


def _resume(home: Path, model: Any, optimiser: torch.optim.Optimizer) -> TuningProgress:
    path = home / "checkpoint.pt"
    if not path.exists():
        return TuningProgress()
    kept = torch.load(path, weights_only=True)
    _load(model, kept["weights"])
    optimiser.load_state_dict(kept["optimiser"])
    return TuningProgress(**kept["progress"])


def _save(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(content, partial)
    partial.replace(path)
