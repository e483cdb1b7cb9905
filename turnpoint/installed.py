"""What other distributions add to this one, by their entry points; found without importing anything."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path


def hidden_by(group: str) -> str | None:
    """A module that bears the name of an installed package and is found before it."""
    for entry in entry_points(group=group):
        spec = find_spec(_top(entry))
        if spec is not None and not _has_module(entry):
            return spec.origin or _top(entry)
    return None


def installed(group: str) -> Iterator[EntryPoint]:
    """What is there to be loaded, the last of the alphabet first; nothing where some of it is hidden."""
    if hidden_by(group) is not None:
        return  # one package may import another, and with it what hides that
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name, reverse=True):
        if _has_module(entry):
            yield entry


def _has_module(entry: EntryPoint) -> bool:
    """Whether its module is there; an image may leave one out."""
    _, *inner = entry.module.split(".")
    spec = find_spec(_top(entry))
    folders = spec.submodule_search_locations if spec else None
    return any(Path(folder, *inner).with_suffix(".py").is_file() for folder in folders or ())


def _top(entry: EntryPoint) -> str:
    return entry.module.partition(".")[0]
