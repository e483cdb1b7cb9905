"""The base model: a folder or hub name in Hugging Face's form, or a GGUF file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import (
    LoraConfig,
    PeftModel,
    get_peft_model,
    prepare_model_for_kbit_training,
    set_peft_model_state_dict,
)
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, GgufConfig

from app.proposers.llm.adapter import WEIGHTS, Adapter
from app.proposers.llm.prompt import Message
from research.finetuning.errors import FinetuningError
from research.finetuning.recipe import Recipe


@dataclass(frozen=True, slots=True)
class BaseLlm:
    """A model with its tokenizer, and how it reads a conversation."""

    model: Any
    tokenizer: Any
    device: torch.device

    def prompt(self, turns: list[Message]) -> list[int]:
        """Tokens of a conversation up to where the answer begins."""
        return list(self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False))

    def answer(self, text: str) -> list[int]:
        """Tokens of an answer and of its end."""
        tokens = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return [*tokens, self.tokenizer.eos_token_id]


def load_base(name: str, four_bit: bool = False) -> BaseLlm:
    """The base model on the GPU if there is one: bfloat16 there, single precision on a CPU.

    On CPUs without matrix units for bfloat16 single precision is the quicker of the two.

    Raises:
        FinetuningError: it is not a model that can be loaded.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    options: dict[str, Any] = {"dtype": torch.bfloat16 if device.type == "cuda" else torch.float32}
    path, source = Path(name), name
    if path.suffix == ".gguf":
        source, options["gguf_file"] = str(path.parent), path.name
    where = {key: value for key, value in options.items() if key == "gguf_file"}
    if where:
        options["quantization_config"] = GgufConfig(dequantize=True)
    elif four_bit:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **where)
        model = AutoModelForCausalLM.from_pretrained(source, attn_implementation="sdpa", **options)
    except (OSError, ValueError, ImportError) as error:
        raise FinetuningError(f"{name} cannot be loaded as a language model: {error}") from error
    return BaseLlm(model if four_bit and not where else model.to(device), tokenizer=tokenizer, device=device)


def with_adapter(base: BaseLlm, recipe: Recipe, before: Adapter | None = None) -> PeftModel:
    """The base with a low-rank adapter on every linear layer, new or as it was `before`; all else is frozen.

    Raises:
        FinetuningError: the adapter from before does not fit.
    """
    training, lora = recipe.training, recipe.lora
    model = base.model
    if training.four_bit:
        model = prepare_model_for_kbit_training(model, training.gradient_checkpointing)
    elif training.gradient_checkpointing:
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    torch.manual_seed(recipe.data.seed)
    adapted = get_peft_model(
        model,
        LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        ),
    )
    if before is not None:
        loaded = set_peft_model_state_dict(adapted, load_file(before.folder / WEIGHTS))
        if loaded.unexpected_keys:
            raise FinetuningError(f"{before.folder} does not fit the base: {loaded.unexpected_keys[0]}")
    return adapted
