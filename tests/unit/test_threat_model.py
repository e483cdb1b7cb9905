"""The threat model's claims lead somewhere: each to a test that is there, or to a word that says why not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from app.paths import ROOT
from app.settings import Settings

TEXT = (ROOT / "docs" / "threat-model.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TEXT.splitlines()
    if re.match(r"\| (all|[STRIDE]) \|", line)
]
NAMED = sorted(set(re.findall(r"`([\w/]+::test_\w+)`", TEXT)))
FACES = (
    *("Gateway: its API", "EHRs", "Webhooks", "Pages", "Batch jobs: uploads and downloads", "Worker"),
    *("PostgreSQL: record, audit, queue", "Cache", "Language model", "Classifier elsewhere", "Model folder"),
    *("Command line and settings", "Supply chain", "Operator"),
)


@cache
def named_in(file: Path) -> frozenset[str]:
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("name", NAMED)
def test_each_test_that_is_named_is_there(name: str) -> None:
    module, _, test = name.partition("::")
    file = ROOT / "tests" / f"{module}.py"
    assert file.exists()
    assert test in named_in(file)


def test_each_claim_is_held_by_something() -> None:
    assert len(ROWS) > 60
    for row in ROWS:
        *_, claim, held = row
        assert claim
        assert "::test_" in held or held.startswith("out of scope"), row


def test_every_place_is_gone_through() -> None:
    parts = dict(zip(*[iter(re.split(r"^## (.+)$", TEXT, flags=re.MULTILINE)[1:])] * 2, strict=True))
    for face in FACES:
        assert re.search(r"^\| (all|[STRIDE]) \|", parts[face], re.MULTILINE), face
    assert parts["Out of scope"].count("\n- **") > 4


def test_settings_that_are_named_are_there() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", TEXT)) <= settings


@pytest.mark.parametrize("page", ["threat-model.md", "operations.md"])
def test_links_lead_to_pages_that_are_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", text):
        file = ROOT / "docs" / (target or page)
        assert file.exists(), target
        headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", one).lower().replace(" ", "-") for one in headings}
        assert not anchor or anchor in slugs, (target, anchor)
