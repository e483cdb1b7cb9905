"""Writing the catalogue anew, once sentences of the pages changed: `python -m app.faces.http.pages.messages`.

`messages.pot` then lists what the pages say, and each language's file has room for it; what was said in it
before stays.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.faces.http.pages.translation import CATALOGUE, languages

FACES = Path(__file__).parents[2]
TEMPLATE = CATALOGUE / "messages.pot"
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"**/templates/**.html": {"silent": "false", "newstyle_gettext": "true"}}
_SAYS_NOTHING = tuple(
    f'"{field}'
    for field in (
        "Project-Id",
        "Report-",
        "POT-Creation",
        "PO-Rev",
        "Last-T",
        "Language-Team",
        "Generated-By",
    )
)
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
}


def messages_of(folder: Path) -> Catalog:
    """What the pages of a folder say, in English, with the files that say it."""
    found = Catalog(charset="utf-8")
    for name, _, message, comments, context in extract_from_dir(folder, _METHODS, _OPTIONS, _KEYWORDS):
        place = (folder / name).relative_to(FACES).as_posix()
        found.add(message, None, [(place, 1)], auto_comments=comments, context=context)
    return found


def catalogue_of(language: str) -> Catalog:
    """What is said in a language."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    """Where a language's sentences are."""
    return CATALOGUE / language / "LC_MESSAGES" / "messages.po"


def main() -> None:
    """Write the template and bring every language up to date with it."""
    found = messages_of(FACES)
    _write(TEMPLATE, found)
    for language in languages()[1:]:
        said = catalogue_of(language)
        said.update(found, no_fuzzy_matching=True)
        said.obsolete.clear()
        _write(path_of(language), said)


def _write(path: Path, catalogue: Catalog) -> None:
    """Without what differs from one writing to the next, or says nothing."""
    written = BytesIO()
    bare = catalogue.locale is None
    write_po(written, catalogue, width=100, omit_header=bare, include_lineno=False, sort_output=True)
    lines = written.getvalue().decode().strip().splitlines()
    kept = [line for line in lines if bare or not line.startswith(_SAYS_NOTHING)]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
