"""The language model's server: real answers, and clear errors."""

from pathlib import Path

import httpx
import psutil
import pytest

from app.local.embedded.errors import StartError
from app.local.embedded.llama_server import EmbeddedLlm, LlmOptions, default_threads
from tests.integration.serving import SECONDS


def test_threads_follow_the_cores_allowed() -> None:
    assert 1 <= default_threads() <= 8


@pytest.mark.parametrize("content", [None, b"<html>"])
def test_a_file_that_is_no_model_is_refused_at_once(tmp_path: Path, content: bytes | None) -> None:
    model = tmp_path / "model.gguf"
    if content is not None:
        model.write_bytes(content)
    with pytest.raises(StartError, match=str(model)):
        EmbeddedLlm(model).start(tmp_path)


def test_a_broken_model_is_reported_with_the_servers_words(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF" + bytes(100))
    server = EmbeddedLlm(model)
    with pytest.raises(
        StartError, match=r"The language model .*ended .* while starting; its log .*llm\.log ends"
    ):
        server.start(tmp_path)
    server.stop()


def test_who_does_not_know_its_key_gets_nothing_of_it(weights: Path, tmp_path: Path) -> None:
    """As a page of another origin would ask, which any browser on this machine may show."""
    server, before = EmbeddedLlm(weights, LlmOptions(context=256, slots=1)), psutil.Process().children()
    url = server.start(tmp_path).removesuffix("/v1")
    (keeper,) = [one for one in psutil.Process().children() if one not in before]
    assert server.api_key not in " ".join(
        part for one in (keeper, *keeper.children()) for part in one.cmdline()
    )
    page = {"Origin": "https://elsewhere.example"}
    try:
        for key in (None, "no-key", server.api_key[:-1]):
            strange = page if key is None else page | {"Authorization": f"Bearer {key}"}
            for path in (
                "/completion",
                "/v1/chat/completions",
                "/v1/completions",
                "/tokenize",
                "/props",
                "/infill",
            ):
                refused = httpx.post(
                    url + path, json={"prompt": "bmi"}, headers=strange, timeout=SECONDS, trust_env=False
                )
                assert refused.status_code == 401, path
                assert not refused.headers.get("access-control-allow-origin")
            for path in ("/slots", "/props", "/metrics", "/lora-adapters"):
                refused = httpx.get(url + path, headers=strange, timeout=SECONDS, trust_env=False)
                assert refused.status_code == 401, path
                assert not refused.headers.get("access-control-allow-origin")
        knows = page | {"Authorization": f"Bearer {server.api_key}"}
        given = httpx.post(
            url + "/completion",
            json={"prompt": "bmi", "n_predict": 1},
            headers=knows,
            timeout=60,
            trust_env=False,
        )
        assert given.status_code == 200
        assert not given.headers.get("access-control-allow-origin")
        assert httpx.get(url + "/slots", headers=knows, timeout=SECONDS, trust_env=False).status_code == 501
        assert (
            httpx.post(url + "/props", json={}, headers=knows, timeout=SECONDS, trust_env=False).status_code
            == 501
        )
    finally:
        server.stop()


def test_each_server_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = {EmbeddedLlm(tmp_path / "model.gguf").api_key for _ in range(8)}
    assert len(keys) == 8
    assert min(map(len, keys)) >= 64


def test_it_serves_eight_samples_of_one_prompt_and_leaves_nothing(weights: Path, tmp_path: Path) -> None:
    others = psutil.Process().children()
    server = EmbeddedLlm(weights, LlmOptions(context=256))
    url = server.start(tmp_path)
    (owned,) = [process for process in psutil.Process().children() if process not in others]
    processes = [owned, *owned.children()]
    known = {"Authorization": f"Bearer {server.api_key}"}
    names = [
        model["id"] for model in httpx.get(f"{url}/models", headers=known, timeout=SECONDS).json()["data"]
    ]
    assert names == ["smollm2-135m-instruct"]
    schema = {"type": "object", "properties": {"bmi": {"enum": [-2, -1]}}, "required": ["bmi"]}
    answer = httpx.post(
        f"{url}/chat/completions",
        headers=known,
        json={
            "model": names[0],
            "messages": [{"role": "user", "content": "bmi: 31"}],
            "n": 8,
            "max_tokens": 20,
            "response_format": {"type": "json_schema", "json_schema": {"name": "steps", "schema": schema}},
        },
        timeout=60,
    ).json()
    assert len(answer["choices"]) == 8
    assert all('"bmi"' in choice["message"]["content"] for choice in answer["choices"])
    server.stop()
    assert not [p for p in processes if p.is_running()]
    assert "listening" in (tmp_path / "logs" / "llm.log").read_text()
