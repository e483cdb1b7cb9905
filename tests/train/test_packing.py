"""Answers that share their prompt's tokens are learned as if each were alone with it."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from research.finetuning.base import BaseLlm, with_adapter
from research.finetuning.packing import batch_of, pack
from research.finetuning.recipe import Recipe
from research.finetuning.tune import loss_of

PROMPT, ANSWERS = [7, 8, 9, 10], [[11, 12, 0], [13, 0], [11, 14, 15, 16, 0]]
OTHER, ITS_ANSWERS = [21, 22], [[23, 0]]


def alone(base: BaseLlm, prompt: list[int], answer: list[int]) -> torch.Tensor:
    """Losses of an answer's tokens, the usual way."""
    logits = base.model(torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
    losses: torch.Tensor = cross_entropy(logits, torch.tensor(answer), reduction="none")
    return losses


def test_the_loss_is_that_of_separate_pairs(base: BaseLlm, recipe: Recipe) -> None:
    tuned = BaseLlm(with_adapter(base, recipe), tokenizer=None, device=base.device)
    examples = [pack(PROMPT, ANSWERS), pack(OTHER, ITS_ANSWERS)]
    with torch.no_grad():
        packed = loss_of(tuned, batch_of(examples, base.device))
        pairs = [alone(tuned, PROMPT, one) for one in ANSWERS] + [alone(tuned, OTHER, ITS_ANSWERS[0])]
    assert packed.item() == pytest.approx(torch.cat(pairs).mean().item(), abs=1e-5)


def test_answers_to_one_question_do_not_see_each_other(base: BaseLlm, recipe: Recipe) -> None:
    tuned = BaseLlm(with_adapter(base, recipe), tokenizer=None, device=base.device)

    def hidden(second: list[int]) -> torch.Tensor:
        batch = batch_of([pack(PROMPT, [[11, 12, 0], second, [17, 18, 0]])], base.device)
        with torch.no_grad():
            out = tuned.model(input_ids=batch.tokens, attention_mask=batch.mask, position_ids=batch.positions)
        logits: torch.Tensor = out.logits[0]
        return logits

    one, other = hidden([13, 14, 0]), hidden([33, 34, 0])
    # Prompt and first answer are places 0 to 5, the second is at 6 and 7, the third at 8 and 9.
    assert torch.allclose(one[:6], other[:6])
    assert torch.allclose(one[8:], other[8:])
    assert not torch.allclose(one[6:8], other[6:8])
