"""What is measured: a way of asking a language model, and the adapter it answers with."""

from dataclasses import dataclass
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.adapter import Adapter, AdapterError, adapter_in, load_adapter
from app.proposers.llm.prompt import Style


class ProposerSpecError(ValueError):
    """There is no such proposer."""


@dataclass(frozen=True, slots=True)
class ProposerSpec:
    """A proposer under the name that tables give it."""

    name: str
    style: Style
    adapter: Adapter | None = None
    """What a fine-tuned one was taught; unused where a server is given by URL."""

    @property
    def form(self) -> str | None:
        """Of the prompts that it was taught; None for each model's own."""
        return self.adapter.manifest.prompt if self.adapter else None


def proposer_spec(text: str, model: ModelVersion) -> ProposerSpec:
    """A style (`few_shot`), or a name and an adapter's folder (`second round=path`).

    Raises:
        ProposerSpecError: it is neither, or there is no adapter that can be used.
    """
    name, named, folder = text.partition("=")
    if not named and text not in list(Style):
        raise ProposerSpecError(f"{text} is no proposer: say {', '.join(Style)} or name=folder of an adapter")
    try:
        if named:
            return ProposerSpec(name, Style.FINE_TUNED, adapter_in(Path(folder)))
        if text != Style.FINE_TUNED:
            return ProposerSpec(text, Style(text))
        adapter = load_adapter(model.folder)
    except AdapterError as error:
        raise ProposerSpecError(str(error)) from error
    if adapter is None:
        raise ProposerSpecError(f"{model.folder} has no adapter yet: turnpoint finetune makes one")
    return ProposerSpec(text, Style.FINE_TUNED, adapter)
