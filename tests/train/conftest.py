"""A LLaMA of a few thousand random weights: small enough to be tuned in a second, else the real thing."""

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from research.finetuning.base import BaseLlm
from research.finetuning.packing import Packed, pack
from research.finetuning.recipe import Recipe

END = 0


@pytest.fixture
def base() -> BaseLlm:
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=50,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        bos_token_id=END,
        eos_token_id=END,
        initializer_range=0.3,
    )
    return BaseLlm(LlamaForCausalLM(config), tokenizer=None, device=torch.device("cpu"))


@pytest.fixture
def examples() -> list[Packed]:
    """Prompts of different length, each with its answers."""
    draw = torch.Generator().manual_seed(5)

    def some(most: int) -> list[int]:
        count = int(torch.randint(2, most, (1,), generator=draw))
        return torch.randint(1, 50, (count,), generator=draw).tolist()

    return [pack(some(12), [[*some(6), END] for _ in range(1 + i % 3)]) for i in range(16)]


@pytest.fixture
def recipe() -> Recipe:
    """Eight steps, looked at after the fourth and the eighth."""
    return Recipe.model_validate(
        {"lora": {"rank": 4, "alpha": 8}, "training": {"batch": 2, "epochs": 1, "checks": 2}}
    )
