"""The recipe of a fine-tuning: one TOML file beside the model, or what is taken where there is none."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.parsing.misfits import misfit_words
from research.finetuning.errors import FinetuningError

VALIDATION_PEOPLE = 48
"""People kept back on whom validity is looked at; rows, where people have several."""
FEWEST_KEPT_BACK = 5
"""People kept back where they have several rows: of one person, days are much alike."""
_MOST_KEPT_BACK = 0.3
"""Share of few people that may be kept back."""
_SECOND_ROUND = 120
"""Training people whom the second round asks about, where there are so many."""

_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Lora(_Part):
    """Low-rank adaptation (Hu et al. 2021) of every linear layer."""

    rank: _Count = 16
    """Rank of each layer's update."""
    alpha: _Count = 32
    """Updates are scaled by alpha / rank."""
    dropout: _Share = 0.0
    """Share of an update's inputs that a step leaves out."""


class Data(_Part):
    """Which examples are learned from."""

    seed: Annotated[int, Field(ge=0)] = 1
    """Of the questions, of the choice of examples and of their order."""
    every: _Count = 1
    """Every so many-th training row is asked about, such as every third of a person's days."""
    improvement_share: _Share = 0.4
    """Share of the examples with improvements (no option holds) that is learned from."""
    validation_share: _Share = 0.06
    """Share of training people kept back to decide when to stop; more of few where there is no recipe."""


class Training(_Part):
    """How it is learned: AdamW, linear warm-up, cosine decay."""

    epochs: Annotated[float, Field(gt=0)] = 1.0
    """How often each example is seen; less than 1 leaves some out."""
    batch: _Count = 8
    """Questions a step; each comes with all its answers."""
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    """The largest of the run."""
    warm_up: _Share = 0.05
    """Share of the steps that lead up to the learning rate."""
    clip: Annotated[float, Field(gt=0)] = 1.0
    """Gradients of a larger norm are shortened to it."""
    gradient_checkpointing: bool = False
    """Works out activations twice instead of keeping them: less memory, more time."""
    four_bit: bool = False
    """Keeps the base model in four bits (QLoRA, Dettmers et al. 2023); needs a GPU and bitsandbytes."""
    checks: _Count = 6
    """How often validity is looked at, evenly over the run."""
    patience: _Count = 3
    """After so many looks without a better one the run ends."""


class SelfTraining(_Part):
    """The second round, on what the tuned model itself proposed and verification kept."""

    every: _Count = 20
    """Every so many-th training person is asked about; more of few where there is no recipe."""
    samples: _Count = 8
    """Answers to each question, of which the verified ones are kept."""
    temperature: Annotated[float, Field(gt=0, le=2)] = 1.0
    """At which they are sampled."""
    epochs: Annotated[float, Field(gt=0)] = 1.0
    """As `training.epochs`, of the second round."""
    learning_rate: Annotated[float, Field(gt=0)] = 3e-4
    """As `training.learning_rate`, of the second round."""


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


def default_recipe(people: int, rows: int) -> Recipe:
    """What is taken of a model without a recipe, with so many training people to learn from and rows of them.

    Of few more are kept back, so that there are about `VALIDATION_PEOPLE` rows of `FEWEST_KEPT_BACK` people,
    but no more than three in ten; and the second round asks about more, about `_SECOND_ROUND` rows or all.
    """
    wanted = max(VALIDATION_PEOPLE / max(1, rows), FEWEST_KEPT_BACK / max(1, people))
    share = max(Data().validation_share, min(_MOST_KEPT_BACK, round(wanted, 2)))
    every = max(1, min(SelfTraining().every, rows // _SECOND_ROUND))
    return Recipe(data=Data(validation_share=share), own=SelfTraining(every=every))


def read_recipe(path: Path) -> Recipe:
    """The recipe of a file.

    Raises:
        FinetuningError: it is missing or says something that cannot be.
    """
    content = None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return Recipe.model_validate(content)
    except FileNotFoundError as error:
        raise FinetuningError(f"{path} is missing") from error
    except ValidationError as error:
        told = "; ".join(misfit_words(error, "recipe", content))
        raise FinetuningError(f"{path} is not a recipe: {told}") from error
    except ValueError as error:
        raise FinetuningError(f"{path} is not TOML: {error}") from error
