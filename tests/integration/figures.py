"""Reading `/metrics` as Prometheus would."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


def figures_of(text: str) -> dict[tuple[str, Labels], float]:
    """Every sample, by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figures(client: httpx.Client) -> dict[tuple[str, Labels], float]:
    """All that the gateway tells."""
    return figures_of(client.get("/metrics").raise_for_status().text)


def figure(client: httpx.Client, name: str, **labels: str) -> float:
    """One of them; 0 for a counter of what has not happened yet."""
    return figures(client).get((name, frozenset(labels.items())), 0.0)
