"""The `turnpoint` command: runs what is installed, and says in a sentence what is not.

On the standard library and the client alone, since typer and rich are an extra.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from turnpoint import __version__
from turnpoint.installed import hidden_by

_CLIENT = "turnpoint[cli]"
_DISTRIBUTIONS = {
    "augment": _CLIENT,
    "run": "turnpoint-server[embedded]",
    "fetch": "turnpoint-server[embedded]",
    "serve": "turnpoint-server",
    "worker": "turnpoint-server",
    "migrate": "turnpoint-server",
    "compile": "turnpoint-server",
    "check": "turnpoint-server",
    "sensors": "turnpoint-server",
    "add-model": "turnpoint-server[fit]",
    "train": "turnpoint-server[fit]",
    "pairs": "turnpoint-server[evaluate]",
    "finetune": "turnpoint-server[train]",
    "carry-over": "turnpoint-server[evaluate]",
    "evaluate": "turnpoint-server[evaluate]",
}
"""What each command is installed with."""


def main() -> None:
    """The entry point; whatever a command lacks is told with exit code 2."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if word == "--version":
        sys.stdout.write(f"{__version__}\n")
        return
    if find_spec("typer") is None or find_spec("rich") is None:
        what = f"turnpoint {word}" if word in _DISTRIBUTIONS else "The turnpoint command"
        _refuse(f"{what} needs more: pip install '{_DISTRIBUTIONS.get(word, _CLIENT)}'")
    from turnpoint.commands.program import GROUP, command_line, is_there  # noqa: PLC0415 - takes typer

    program = command_line()
    if word in _DISTRIBUTIONS and not is_there(program, word):
        if hiding := hidden_by(GROUP):
            _refuse(f"{hiding} hides a package of turnpoint-server: take its folder off Python's path.")
        _refuse(f"turnpoint {word} needs more: pip install '{_DISTRIBUTIONS[word]}'")
    program()


def _refuse(sentence: str) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(2)


def _leave_out_the_working_folder() -> None:
    """`python -m` looks for modules in the working folder first, and that may have an `app` of its own."""
    is_checkout = Path(sys.path[0]).resolve() == Path(__file__).resolve().parents[1]
    if not (sys.flags.safe_path or is_checkout):
        del sys.path[0]


if __name__ == "__main__":
    _leave_out_the_working_folder()
    main()
