"""Every sentence of the pages goes through the catalogue, and the catalogue has every sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from app.faces.http.pages.translation import translate
from app.paths import ROOT

FACES = ROOT / "app" / "faces"
TEMPLATES = sorted([*FACES.glob("pages/**/*.html"), *FACES.glob("http/pages/templates/*.html")])
MODULES = sorted(FACES.glob("pages/**/*.py"))
SCRIPTS = sorted(one for one in FACES.glob("http/pages/static/*.js") if not one.name.startswith("htmx-"))
SAID = {"gettext", "ngettext", "pgettext", "npgettext", "_"}
NAMES = {"Turnpoint", "· Turnpoint", "ROC-AUC", "CSV", "Parquet", "NDJSON", "Move", "Vary"}
ATTRIBUTES = re.compile(r'="|#|-fault|autofocus')
"""What is left of tags that are written in parts."""
HEADERS = re.compile(r"^Accept, |^(outer|inner)HTML |^For the page alone")
NOT_OF_PAGES = {
    "at",
    "success",
    "text",
    "Query",
    "Field",
    "ConflictError",
    "NotFoundError",
    "ParameterIssue",
    "compile",
    "Depends",
}
"""What is given to these is told to programs, or to nobody: faults and descriptions of the API."""
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[^\W\d_]{2,}[,;:]? [^\W\d_]{2,}|^[A-Z][a-z]+$")
TOLD_IN_TAGS = re.compile(
    r"\b(?:aria-label|placeholder|title|alt|hx-confirm|data-(?:unreachable|measuring|copied|not-copied))=\"([^\"]*)"
)
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
LITERAL = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`")
FILLED_IN = re.compile(r"\$\{[^}]*\}")
TAG = re.compile(r"<(?:[^<>\"]|\"[^\"]*\")*>")


def text_of(node: nodes.Node) -> str:
    """What a template writes by itself, in its order, with a mark where something is filled in."""
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Expr):
        return "\0"
    return "".join(text_of(child) for child in node.iter_child_nodes())


def constants(node: nodes.Node) -> Iterator[str]:
    """Texts of expressions, but for those that are looked up."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAID:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from constants(child)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FACES)))
def test_a_template_says_nothing_past_the_catalogue(path: Path) -> None:
    environment = Environment(trim_blocks=True, lstrip_blocks=True)
    translate(environment)
    parsed = environment.parse(path.read_text(encoding="utf-8"))
    text = text_of(parsed)
    said = [*TAG.sub("\0", text).split("\0"), *TOLD_IN_TAGS.findall(text)]
    bare = [" ".join(each.split()) for each in said if WORD.search(each) and not ATTRIBUTES.search(each)]
    shown = [one for output in parsed.find_all(nodes.Output) for one in constants(output)]
    assert [one for one in [*bare, *filter(SENTENCE.search, shown)] if one not in NAMES] == []


def is_sentence(text: str) -> bool:
    return bool(SENTENCE.search(text)) and text not in NAMES and not HEADERS.search(text)


def uncalled(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts of a module that are not looked up: no docstrings, faults, descriptions of the API."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in SAID | NOT_OF_PAGES:
            return
    if isinstance(node, ast.Raise | ast.Assert) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from uncalled(child)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FACES)))
def test_a_view_says_nothing_past_the_catalogue(path: Path) -> None:
    module = ast.parse(path.read_text(encoding="utf-8"))
    bare = [f"{line}: {text}" for line, text in uncalled(module) if is_sentence(text)]
    assert bare == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_of_its_own(path: Path) -> None:
    """What it tells, templates give it."""
    code = COMMENT.sub("", path.read_text(encoding="utf-8"))
    literals = ["".join(one.groups("")) for one in LITERAL.finditer(code)]
    assert "use strict" in literals
    assert [one for one in literals[1:] if is_sentence(FILLED_IN.sub("\0", one))] == []
