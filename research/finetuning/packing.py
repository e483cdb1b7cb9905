"""Examples as tensors: a prompt once, all its answers behind it.

Answers to one question share their prompt, which is most of the tokens. Each answer sees the prompt and
itself alone, at the positions it would have if it were the only one, so that the loss is that of separate
pairs at a third of the work.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from research.finetuning.pairs import Example

Encode = Callable[[str], list[int]]
"""From text to token ids."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One example's tokens.

    `segment` is 0 for the prompt and k for answer k; `label_places` are places whose next token is learned,
    `labels` those tokens.
    """

    tokens: list[int]
    positions: list[int]
    segment: list[int]
    label_places: list[int]
    labels: list[int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one step; `label_places` indexes the flattened (batch, length) places."""

    tokens: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    label_places: torch.Tensor
    labels: torch.Tensor


def pack(prompt: Sequence[int], answers: Sequence[Sequence[int]]) -> Packed:
    """A prompt's tokens and those of its answers, each of which ends with the token that ends an answer."""
    tokens, positions, segment = list(prompt), list(range(len(prompt))), [0] * len(prompt)
    label_places: list[int] = []
    labels: list[int] = []
    for number, answer in enumerate(answers, start=1):
        first = len(tokens)
        label_places += [len(prompt) - 1, *range(first, first + len(answer) - 1)]
        labels += answer
        tokens += answer[:-1]
        positions += range(len(prompt), len(prompt) + len(answer) - 1)
        segment += [number] * (len(answer) - 1)
    return Packed(
        tokens=tokens, positions=positions, segment=segment, label_places=label_places, labels=labels
    )


def pack_example(example: Example, prompt_of: Encode, answer_of: Encode) -> Packed:
    return pack(prompt_of(example.case), [answer_of(answer) for answer in example.answers])


def batch_of(examples: Sequence[Packed], device: torch.device) -> Batch:
    """Examples side by side, padded at the end."""
    length = max(len(example.tokens) for example in examples)
    tokens, positions, segment = (
        torch.tensor([[*getattr(one, name), *[fill] * (length - len(one.tokens))] for one in examples])
        for name, fill in (("tokens", 0), ("positions", 0), ("segment", -1))
    )
    label_places = [row * length + place for row, one in enumerate(examples) for place in one.label_places]
    labels = [token for one in examples for token in one.labels]
    return Batch(
        tokens=tokens.to(device),
        positions=positions.to(device),
        mask=_mask(segment).to(device),
        label_places=torch.tensor(label_places, device=device),
        labels=torch.tensor(labels, device=device),
    )


def _mask(segment: torch.Tensor) -> torch.Tensor:
    """Who sees whom, shape (batch, 1, length, length): what came before, of the prompt or the same answer."""
    length = segment.shape[1]
    before = torch.ones(length, length, dtype=torch.bool).tril()
    same = segment[:, :, None] == segment[:, None, :]
    sees = before & (same | (segment[:, None, :] == 0)) & (segment[:, None, :] >= 0)
    return (sees | torch.eye(length, dtype=torch.bool))[:, None]
