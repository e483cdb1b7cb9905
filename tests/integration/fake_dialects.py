"""Fakes of servers that take less than the whole chat-completions protocol, each by its documented rules.

They stand for the rules, not for the servers: nobody else's server runs in these tests.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tests.integration.fake_llm import Behaviour
from tests.integration.fake_server import Reply

Json = dict[str, Any]


class Many(Enum):
    """What a server does with `n` above 1."""

    TAKES = "takes"
    REFUSES = "refuses"
    IGNORES = "ignores"


@dataclass(frozen=True)
class Rules:
    """What a server takes."""

    many: Many = Many.TAKES
    limits: tuple[str, ...] = ("max_tokens", "max_completion_tokens")
    formats: tuple[str, ...] = ("json_schema", "json_object")
    only_objects: bool = False
    refuses: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """Refused with 422 as FastAPI words it, by Mistral's shell around that."""


SERVERS: Mapping[str, Rules] = {
    "vLLM, llama.cpp, SGLang": Rules(),
    "OpenAI": Rules(only_objects=True),
    "OpenAI and Azure, reasoning models": Rules(
        limits=("max_completion_tokens",), only_objects=True, refuses=("temperature",)
    ),
    "Groq": Rules(many=Many.REFUSES, only_objects=True),
    "Groq, models without schemas": Rules(many=Many.REFUSES, formats=("json_object",)),
    "Mistral": Rules(only_objects=True, unknown=("seed", "max_completion_tokens")),
    "Ollama": Rules(many=Many.IGNORES),
    "LM Studio": Rules(many=Many.IGNORES, formats=("json_schema",)),
    "TGI before 3": Rules(many=Many.IGNORES, formats=()),
    "nothing but messages": Rules(
        many=Many.REFUSES, limits=(), formats=(), unknown=("seed", "max_tokens", "max_completion_tokens")
    ),
}


def of(rules: Rules, *answers: str) -> Behaviour:
    """Keeps to the rules; says these answers, JSON strings, in the form that is asked for."""

    def reply(request: Json) -> Reply:
        if (error := _refusal(rules, request)) is not None:
            return error
        count = request.get("n", 1) if rules.many is Many.TAKES else 1
        said = [_formed(request, answer) for answer in (answers * count)[:count]]
        choices = [{"message": {"role": "assistant", "content": content}} for content in said]
        usage = {"prompt_tokens": 100, "completion_tokens": 10 * count}
        return Reply(body=json.dumps({"choices": choices, "usage": usage}).encode())

    return reply


def _refusal(rules: Rules, request: Json) -> Reply | None:
    for name in rules.unknown:
        if name in request:
            fault = {"loc": ["body", name], "msg": "Extra inputs are not permitted"}
            return Reply(422, json.dumps({"object": "error", "message": {"detail": [fault]}}).encode())
    if request.get("n", 1) > 1 and rules.many is Many.REFUSES:
        return _error("'n' : number must be at most 1")
    for name in ("max_tokens", "max_completion_tokens"):
        if name in request and name not in rules.limits:
            return _error(f"Unsupported parameter: '{name}' is not supported with this model.", name)
    for name in rules.refuses:
        if name in request:
            return _error(f"Unsupported value: '{name}' does not support {request[name]}.", name)
    asked = request.get("response_format", {})
    if asked and asked["type"] not in rules.formats:
        return _error(f"'response_format.type' must be one of {rules.formats}")
    if rules.only_objects and asked.get("json_schema", {}).get("schema", {}).get("type") == "string":
        return _error("Invalid schema: must be of 'type: \"object\"'", "response_format")
    return None


def _error(message: str, param: str | None = None) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return Reply(400, json.dumps({"error": error}).encode())


def _formed(request: Json, answer: str) -> str:
    schema = request.get("response_format", {}).get("json_schema", {}).get("schema", {})
    if schema.get("type") == "string":
        return answer
    told = "JSON" in request["messages"][0]["content"]
    return json.dumps({"changes": json.loads(answer)}) if told or schema else "BMI minus one"
