"""Sampling from the model being tuned, without constrained decoding: what has it learned by itself?"""

from collections.abc import Iterator, Sequence

import torch

from research.finetuning.base import BaseLlm

MOST_TOKENS = 48
"""Of an answer, unless more is said."""
_AT_ONCE = 32


def sample(
    base: BaseLlm,
    prompts: Sequence[list[int]],
    count: int = 1,
    temperature: float = 0.0,
    most_tokens: int = MOST_TOKENS,
) -> Iterator[list[str]]:
    """`count` answers to each prompt, in the prompts' order; at temperature 0 the likeliest one."""
    base.model.eval()
    for start in range(0, len(prompts), _AT_ONCE):
        yield from _sample(base, prompts[start : start + _AT_ONCE], count, temperature, most_tokens)


def _sample(
    base: BaseLlm, prompts: Sequence[list[int]], count: int, temperature: float, most_tokens: int
) -> Iterator[list[str]]:
    length, end = max(map(len, prompts)), base.tokenizer.eos_token_id
    tokens = torch.tensor([[end] * (length - len(one)) + one for one in prompts], device=base.device)
    mask = torch.tensor([[0] * (length - len(one)) + [1] * len(one) for one in prompts], device=base.device)
    how = {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature else {"do_sample": False}
    with torch.inference_mode():
        answers = base.model.generate(
            input_ids=tokens,
            attention_mask=mask,
            max_new_tokens=most_tokens,
            num_return_sequences=count,
            pad_token_id=end,
            eos_token_id=end,
            **how,
        )
    texts = base.tokenizer.batch_decode(answers[:, length:], skip_special_tokens=True)
    for start in range(0, len(texts), count):
        yield texts[start : start + count]
