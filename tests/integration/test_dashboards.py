"""Dashboard and alarms against a real gateway: they read what it tells, and the runbook knows each alarm."""

import json
import re
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.paths import ROOT
from tests.integration.answers import Json, ask

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "turnpoint.json").read_text())
ALERTS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text())
SCRAPED = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yaml").read_text())
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [
    *(rule["expr"] for rule in RULES),
    *(target["expr"] for panel in PANELS for target in panel["targets"]),
    DASHBOARD["templating"]["list"][1]["query"]["query"],
]
SELECTOR = re.compile(r"\b((?:turnpoint|process)_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}
BY_PROMETHEUS = {"job", "instance", "le"}


@pytest.fixture(scope="module")
def told(client: httpx.Client) -> dict[str, set[str]]:
    """Every name that may be read, with its labels, of what there is a sample of."""
    names: dict[str, set[str]] = {}
    text = client.get("/metrics").raise_for_status().text
    for family in text_string_to_metric_families(text):
        suffixes = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}.get(
            family.type, ("",)
        )
        names |= {f"{family.name}{suffix}": set() for suffix in suffixes}
        for sample in family.samples:
            names.setdefault(sample.name, set()).update(sample.labels)
    return names


@pytest.fixture(scope="module", autouse=True)
def used(client: httpx.Client, helpable: dict[str, Any]) -> None:
    """A gateway that has something to tell."""
    question: Json = {"patient_id": "test-dashboards", "features": dict(helpable), "generator": "auto"}
    ask(client, question)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_figure_that_is_read_is_told(told: dict[str, set[str]], expression: str) -> None:
    read = SELECTOR.findall(expression)
    assert read or "up{" in expression
    for name, matchers in read:
        assert name in told, name
        labels = set(MATCHER.findall(matchers)) - BY_PROMETHEUS
        assert not told[name] or labels <= told[name], (name, labels)


def test_every_expression_has_its_brackets() -> None:
    for expression in EXPRESSIONS:
        for left, right in ("()", "{}", "[]"):
            assert expression.count(left) == expression.count(right), expression


def test_jobs_are_those_that_are_scraped() -> None:
    jobs = {one["job_name"] for one in SCRAPED["scrape_configs"]}
    for expression in EXPRESSIONS:
        named = re.findall(r'job=~?"([^"]+)"', expression)
        assert named
        assert {job for each in named for job in each.split("|")} <= jobs


def test_each_alarm_says_what_is_wrong_and_where_to_read_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith(".")
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
        assert anchor == rule["alert"].lower()
        assert rule["alert"] in headings, f"{page} has no section {rule['alert']}"


def test_the_runbook_tells_of_no_alarm_that_there_is_not() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    (alarms,) = re.findall(r"^## Alarms$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^### (\w+)$", alarms, re.MULTILINE)) == {rule["alert"] for rule in RULES}


def test_panels_have_titles_of_their_own_and_do_not_lie_on_each_other() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    assert all(panel["description"] for panel in PANELS)
