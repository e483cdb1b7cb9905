"""What the gateway counts on of vLLM."""

import re
import time

import httpx
import pytest

from app.local.embedded.language_model import LanguageModel
from tests.integration.answers import Json, found
from tests.integration.serving import SECONDS


def gauge(vllm: httpx.Client, name: str) -> float:
    """The sum of a metric over its labels."""
    lines = vllm.get("/metrics").raise_for_status().text.splitlines()
    return sum(
        float(line.rsplit(" ", 1)[1]) for line in lines if re.match(rf"vllm:{name}(_total)?[{{ ]", line)
    )


def test_base_and_adapter_are_served_by_name(vllm: httpx.Client, tuned: LanguageModel) -> None:
    names = {model["id"] for model in vllm.get("/v1/models").json()["data"]}
    assert names == {tuned.alias, f"{tuned.alias}-base"}


def test_eight_proposals_are_one_request(client: httpx.Client, question: Json) -> None:
    generation = found(client, question, generator="auto")["generation"]
    assert (generation["proposals"], generation["well_formed"]) == (8, 8)
    assert generation["valid"] > 0
    assert generation["prompt_tokens"] > 100
    assert 8 < generation["completion_tokens"] <= 8 * 64


def test_patients_share_what_their_prompts_share(
    client: httpx.Client, vllm: httpx.Client, question: Json
) -> None:
    """Of version 1: its prompts are longer than a block of the cache, those of version 2 need not be."""
    older = question | {"model": f"{question.get('model', 'dysglycaemia')}@1"}
    found(client, older, generator="auto")
    before = gauge(vllm, "prefix_cache_hits")
    found(client, older, generator="auto", patient_id=question["patient_id"] + "-again")
    assert gauge(vllm, "prefix_cache_hits") > before


def test_who_hangs_up_stops_the_generation(client: httpx.Client, vllm: httpx.Client, question: Json) -> None:
    finished = gauge(vllm, "generation_tokens")
    with pytest.raises(httpx.ReadTimeout):
        vllm.post(
            "/v1/completions",
            json={
                "model": vllm.get("/v1/models").json()["data"][0]["id"],
                "prompt": "1",
                "max_tokens": 2000,
                "ignore_eos": True,
            },
            timeout=2,
        )
    deadline = time.monotonic() + SECONDS
    while gauge(vllm, "num_requests_running") > 0:
        assert time.monotonic() < deadline
    assert gauge(vllm, "generation_tokens") - finished < 1900
