"""What is measured: a way of asking a language model, and the adapter it answers with."""

from dataclasses import dataclass
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.adapter import Adapter, AdapterError, adapter_in, load_adapter
from app.proposers.llm.prompt import Style


class SubjectError(ValueError):
    """There is no such proposer."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A proposer under the name that tables give it."""

    name: str
    style: Style
    adapter: Adapter | None = None
    """What a fine-tuned one was taught; unused where a server is given by URL."""


def subject_of(said: str, model: ModelVersion) -> Subject:
    """A style (`few_shot`), or a name and an adapter's folder (`second round=path`).

    Raises:
        SubjectError: it is neither, or there is no adapter that can be used.
    """
    name, named, folder = said.partition("=")
    if not named and said not in list(Style):
        raise SubjectError(f"{said} is no proposer: say {', '.join(Style)} or name=folder of an adapter")
    try:
        if named:
            return Subject(name, Style.FINE_TUNED, adapter_in(Path(folder)))
        if said != Style.FINE_TUNED:
            return Subject(said, Style(said))
        adapter = load_adapter(model.folder)
    except AdapterError as error:
        raise SubjectError(str(error)) from error
    if adapter is None:
        raise SubjectError(f"{model.folder} has no adapter yet: turnpoint finetune makes one")
    return Subject(said, Style.FINE_TUNED, adapter)
