"""What a server's refusal is about, in the words of the servers that refuse."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.proposers.llm.dialect import Dialect, Form, Parameter, SamplingRequest, body_of
from app.proposers.llm.failures import FailureReason
from app.proposers.llm.refusals import failure_of, refused

WISH = SamplingRequest([{"role": "user", "content": "BMI 31"}], {"type": "string"}, 0.8, 64, seed=1)
SENT = body_of(WISH, Dialect(), "a-model", 8)


def openai(message: str, param: str | None = None, code: object = None) -> bytes:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return json.dumps({"error": error}).encode()


def pydantic(place: str) -> dict[str, object]:
    msg = "Extra inputs are not permitted"
    return {"detail": [{"type": "extra_forbidden", "loc": ["body", place], "msg": msg, "input": 1}]}


REFUSALS: dict[str, tuple[int, bytes, Parameter | None]] = {
    "OpenAI, max_tokens": (
        400,
        openai(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        ),
        Parameter.MAX_TOKENS,
    ),
    "the same without a field that names it": (
        400,
        openai("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        Parameter.MAX_TOKENS,
    ),
    "OpenAI, a schema of a string": (
        400,
        openai(
            "Invalid schema for response_format 'changes': schema must be a JSON Schema of "
            "'type: \"object\"', got 'type: \"string\"'.",
            "response_format",
        ),
        Parameter.RESPONSE_FORMAT,
    ),
    "OpenAI, temperature": (
        400,
        openai("Unsupported value: 'temperature' does not support 0.8", "temperature", "unsupported_value"),
        Parameter.TEMPERATURE,
    ),
    "Groq, n": (400, openai("'n' : number must be at most 1"), Parameter.MANY),
    "Anyscale, n": (400, openai("The current system does not support n>1."), Parameter.MANY),
    "Groq, json_schema": (
        400,
        openai("'response_format.type' : value is not one of the allowed values ['text','json_object']"),
        Parameter.RESPONSE_FORMAT,
    ),
    "Mistral, seed": (
        422,
        json.dumps({"object": "error", "message": pydantic("seed"), "param": None}).encode(),
        Parameter.SEED,
    ),
    "FastAPI, n": (422, json.dumps(pydantic("n")).encode(), Parameter.MANY),
    "LM Studio": (
        400,
        b"""{"error": "'response_format.type' must be 'json_schema' or 'text'"}""",
        Parameter.RESPONSE_FORMAT,
    ),
    "TGI": (
        422,
        b"Failed to deserialize the JSON body into the target type: response_format: missing field `value`",
        Parameter.RESPONSE_FORMAT,
    ),
    "a grammar that cannot be": (400, openai("Failed to parse grammar"), Parameter.RESPONSE_FORMAT),
    "a prompt that is too long": (
        400,
        openai("'max_tokens' is too large: the model's maximum context length is 2048 tokens", "max_tokens"),
        None,
    ),
    "what was not sent": (400, openai("Unknown parameter", "logprobs"), None),
    "an error that is no refusal": (500, openai("max_tokens", "max_tokens"), None),
    "nothing": (400, b"", None),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_is_refused_is_read_from_what_servers_say(kind: str) -> None:
    status, body, parameter = REFUSALS[kind]
    assert refused(status, body, SENT) == parameter


@pytest.mark.parametrize(
    ("status", "body", "reason", "code"),
    [
        (401, openai("Incorrect API key", code="invalid_api_key"), FailureReason.HTTP_4XX, "invalid_api_key"),
        (429, openai("Slow down", code="rate_limit_exceeded"), FailureReason.HTTP_4XX, "rate_limit_exceeded"),
        (404, openai("The model `x` does not exist.", "model", 404), FailureReason.MODEL_NOT_FOUND, None),
        (
            404,
            openai("The model", "model", "model_not_found"),
            FailureReason.MODEL_NOT_FOUND,
            "model_not_found",
        ),
        (404, b'{"detail": "Not Found"}', FailureReason.HTTP_4XX, None),
        (503, b"", FailureReason.HTTP_5XX, None),
        (302, b"", FailureReason.HTTP_3XX, None),
        (400, openai("No", code="patient P-0017 weighs 93 kg"), FailureReason.HTTP_4XX, None),
    ],
)
def test_a_failure_holds_a_status_and_a_well_known_code(
    status: int, body: bytes, reason: FailureReason, code: str | None
) -> None:
    failure = failure_of(status, body)
    assert (failure.reason, failure.status) == (reason, status)
    assert failure.code in (code, "invalid_request_error")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "loc", "param", "code", "type", "msg"]), inner
        )
    ),
    max_leaves=8,
)


@given(document=JSON, status=st.integers(100, 599))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_any_error_is_read_as_one(document: object, status: int) -> None:
    body = json.dumps(document).encode()
    assert failure_of(status, body).status == status
    assert refused(status, body, SENT) in (None, *Parameter)


@given(st.lists(st.sampled_from(list(Parameter)), min_size=20, max_size=60))
@settings(max_examples=50, deadline=None, derandomize=True, database=None)
def test_refusals_come_to_an_end(refusals: list[Parameter]) -> None:
    """Each leads to a poorer way to ask, so nine of them at most."""
    dialect, steps = Dialect(), 0
    for one in refusals:
        if one in body_of(WISH, dialect, "a-model", 8) and (poorer := dialect.without(one)):
            dialect, steps = poorer, steps + 1
    assert steps <= 8
    assert {"model", "messages"} <= body_of(WISH, dialect, "a-model", 1).keys()


def test_the_whole_protocol_is_asked_as_ever() -> None:
    """What the adapter was taught with: the prompt as it is, and the schema of a string."""
    assert {
        "model": "a-model",
        "messages": WISH.messages,
        "n": 8,
        "max_tokens": 64,
        "temperature": 0.8,
        "seed": 1,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "changes", "schema": {"type": "string"}},
        },
    } == SENT


def test_only_who_takes_no_schema_is_told_the_form_in_words() -> None:
    for form in Form:
        (message,) = body_of(WISH, Dialect(form=form), "a-model", 1)["messages"]
        assert ("JSON" in message["content"]) == (form in (Form.JSON, Form.WORDS))
