"""Scraping a gateway until its figures tell what is waited for: some come behind the answer."""

import time
from collections.abc import Callable

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.serving import SECONDS


def scraped(client: httpx.Client, is_told: Callable[[str], bool]) -> str:
    """The figures of the first scrape that tells it."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        figures = client.get("/metrics").raise_for_status().text
        if is_told(figures):
            return figures
    raise AssertionError("no scrape tells what is waited for")


def total(figures: str, name: str, **labels: str) -> float:
    """The sum of the samples of a name that have these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(figures)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
