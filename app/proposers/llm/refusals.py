"""What a server's error says: which parameter it refuses, and its code.

Nothing of an error's text is told on, since it may repeat what was sent: words are only looked for in it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.proposers.llm.dialect import Parameter
from app.proposers.llm.failures import Failure, FailureReason

_READ = 8_000
"""Characters of an error's text that are looked at."""
_REFUSALS = (400, 422)
_TOO_LONG = re.compile(r"context[ _](length|size|window)|too long|exceeds? the (maximum|context)")
"""About the prompt, whatever parameters such an error also names."""
_WORDS: dict[Parameter, str] = {
    Parameter.MAX_COMPLETION_TOKENS: r"\bmax_completion_tokens\b",
    Parameter.MAX_TOKENS: r"\bmax_tokens\b",
    Parameter.RESPONSE_FORMAT: r"\bresponse[_ ]format|\bjson[_ ]?(schema|object)\b|\bgrammar\b|\bguided_\w+"
    r"|\bstructured[_ ]outputs?\b|\bpattern\b",
    Parameter.TEMPERATURE: r"\btemperature\b",
    Parameter.SEED: r"\bseed\b",
    Parameter.MANY: r"(?<![\w.\\])n(?![\w'])|'n'",
}
_CODES = frozenset(
    {
        "BadRequestError",
        "DeploymentNotFound",
        "NotFoundError",
        "access_terminated",
        "billing_hard_limit_reached",
        "content_filter",
        "context_length_exceeded",
        "exceed_context_size_error",
        "insufficient_quota",
        "internal_server_error",
        "invalid_api_key",
        "invalid_model",
        "invalid_request_error",
        "invalid_value",
        "json_validate_failed",
        "model_not_found",
        "not_found_error",
        "overloaded_error",
        "permission_denied",
        "rate_limit_exceeded",
        "server_error",
        "unavailable_error",
        "unsupported_parameter",
        "unsupported_value",
    }
)
"""Of OpenAI, Azure, vLLM, llama.cpp, Groq and Mistral. Any other may hold anything, and is not told."""


def failure_of(status: int, body: bytes, is_refusal: bool = False) -> Failure:
    """What an error's status and body come to; `is_refusal` where it refuses a parameter of the request."""
    error = _error(_document(body))
    codes = [error.get(key) for key in ("code", "type")]
    code = next((one for one in codes if isinstance(one, str) and one in _CODES), None)
    if is_refusal:
        return Failure(FailureReason.REFUSED_PARAMETER, status, code)
    if status == 404 and error and "model" in _text(body).lower():
        return Failure(FailureReason.MODEL_NOT_FOUND, status, code)
    kinds = {3: FailureReason.HTTP_3XX, 4: FailureReason.HTTP_4XX, 5: FailureReason.HTTP_5XX}
    return Failure(kinds.get(status // 100, FailureReason.NOT_A_COMPLETION), status, code)


def refused(status: int, body: bytes, sent: Mapping[str, Any]) -> Parameter | None:
    """The parameter of a request that an error refuses, if it is about one that was sent.

    It is the one that a field of the error names, or else the first of which its words speak.
    """
    text = _text(body).lower()
    if status not in _REFUSALS or _TOO_LONG.search(text):
        return None
    parameters = [one for one in Parameter if one in sent]
    document = _document(body)
    named = [str(_error(document).get("param")), *_places(document)]
    for parameter in parameters:
        if any(re.split(r"[.\[]", name)[0] == parameter for name in named):
            return parameter
    spoken = {one: found.start() for one in parameters if (found := re.search(_WORDS[one], text))}
    return min(spoken, key=spoken.__getitem__, default=None)


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _error(document: Any) -> dict[str, Any]:
    """OpenAI's error object, or the document itself where a server leaves out the shell around it."""
    if not isinstance(document, dict):
        return {}
    inner = document.get("error")
    return inner if isinstance(inner, dict) else document


def _places(document: Any) -> Iterator[str]:
    """The parameters that FastAPI and Mistral name: `{"detail": [{"loc": ["body", "seed"], …}]}`."""
    error = _error(document)
    for inside in (error, error.get("message")):
        detail = inside.get("detail") if isinstance(inside, dict) else None
        for fault in detail if isinstance(detail, list) else ():
            place = fault.get("loc") if isinstance(fault, dict) else None
            if isinstance(place, list) and len(place) > 1:
                yield str(place[1])


def _text(body: bytes) -> str:
    return body[:_READ].decode(errors="replace")
