"""The recipe of a fine-tuning: one TOML file beside the model."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from research.finetuning.errors import FinetuningError

_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lora(_Part):
    """Low-rank adaptation (Hu et al. 2021) of every linear layer."""

    rank: _Count = 16
    alpha: _Count = 32
    dropout: _Share = 0.0


class Data(_Part):
    """Which examples are learned from."""

    seed: int = 1
    improvement_share: _Share = 0.4
    """Of examples whose answers are improvements, since nothing that holds reaches the target."""
    validation_share: _Share = 0.06
    """Of training people, kept back to decide when to stop."""


class Training(_Part):
    """How it is learned: AdamW, linear warm-up, cosine decay."""

    epochs: Annotated[float, Field(gt=0)] = 1.0
    batch: _Count = 8
    """Questions a step; each comes with all its answers."""
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    warm_up: _Share = 0.05
    clip: Annotated[float, Field(gt=0)] = 1.0
    gradient_checkpointing: bool = False
    four_bit: bool = False
    """Keeps the base model in four bits (QLoRA, Dettmers et al. 2023); needs a GPU and bitsandbytes."""
    checks: _Count = 6
    """How often validity is looked at, evenly over the run."""
    patience: _Count = 3
    """After so many looks without a better one the run ends."""


class SelfTraining(_Part):
    """The second round, on what the tuned model itself proposed and verification kept."""

    every: _Count = 20
    """Every so many-th training person is asked about."""
    samples: _Count = 8
    temperature: Annotated[float, Field(gt=0, le=2)] = 1.0
    epochs: Annotated[float, Field(gt=0)] = 1.0
    learning_rate: Annotated[float, Field(gt=0)] = 3e-4


class Recipe(_Part):
    """Everything that decides what comes out, beside base model and examples."""

    lora: Lora = Lora()
    data: Data = Data()
    training: Training = Training()
    own: SelfTraining = SelfTraining()

    def onward(self) -> Self:
        """The recipe of the second round."""
        changes = {"epochs": self.own.epochs, "learning_rate": self.own.learning_rate}
        return self.model_copy(update={"training": self.training.model_copy(update=changes)})


def read_recipe(path: Path) -> Recipe:
    """The recipe of a file.

    Raises:
        FinetuningError: it is missing or says something that cannot be.
    """
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise FinetuningError(f"{path} is missing") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise FinetuningError(f"{path} is not a recipe: {where}: {fault['msg']}") from error
    except ValueError as error:
        raise FinetuningError(f"{path} is not TOML: {error}") from error
