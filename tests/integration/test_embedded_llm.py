"""The language model's server: real answers, and clear errors."""

from pathlib import Path

import httpx
import psutil
import pytest

from app.local.embedded.errors import StartError
from app.local.embedded.llama_server import EmbeddedLlm, LlmOptions, default_threads


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


def test_it_serves_eight_samples_of_one_prompt_and_leaves_nothing(weights: Path, tmp_path: Path) -> None:
    others = psutil.Process().children()
    server = EmbeddedLlm(weights, LlmOptions(context=256))
    url = server.start(tmp_path)
    (owned,) = [process for process in psutil.Process().children() if process not in others]
    processes = [owned, *owned.children()]
    names = [model["id"] for model in httpx.get(f"{url}/models").json()["data"]]
    assert names == ["smollm2-135m-instruct"]
    schema = {"type": "object", "properties": {"bmi": {"enum": [-2, -1]}}, "required": ["bmi"]}
    answer = httpx.post(
        f"{url}/chat/completions",
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
