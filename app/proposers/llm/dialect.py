"""What of the chat-completions protocol a server takes.

Servers that call themselves compatible refuse this or that parameter; which, depends on server, version and
model, and is known only once one asks. So a refusal is taken at its word: what it names is said in the next
best way, or left out. Each step down leads to a poorer request, so they end.
"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from app.proposers.llm.prompt import Message
from app.proposers.llm.response import JSON_WORDS, object_schema


class Form(StrEnum):
    """How an answer's form is asked for, from the best way to the poorest."""

    STRING = "string"
    """A JSON schema of a string."""
    OBJECT = "object"
    """A JSON schema of an object that holds that string: OpenAI takes no other."""
    JSON = "json"
    """Some JSON object; the form is told in words."""
    WORDS = "words"
    """In words alone."""


class Parameter(StrEnum):
    """What a server may refuse."""

    MANY = "n"
    MAX_TOKENS = "max_tokens"
    MAX_COMPLETION_TOKENS = "max_completion_tokens"
    RESPONSE_FORMAT = "response_format"
    TEMPERATURE = "temperature"
    SEED = "seed"


@dataclass(frozen=True, slots=True)
class Dialect:
    """A way to ask; the default is the whole protocol, as vLLM and llama.cpp take it."""

    many: bool = True
    """Several answers to one request."""
    limit: Parameter | None = Parameter.MAX_TOKENS
    form: Form = Form.STRING
    temperature: bool = True
    seed: bool = True

    @property
    def alone(self) -> "Dialect":
        """The same, with a request for each answer."""
        return replace(self, many=False)

    @property
    def as_log(self) -> dict[str, Any]:
        """For a log: names of parameters and forms, no values of a request."""
        return asdict(self)

    def without(self, refused: Parameter) -> "Dialect | None":
        """The next best way to ask; None if this one does not ask for what was refused."""
        match refused:
            case Parameter.MANY if self.many:
                return replace(self, many=False)
            case Parameter.MAX_TOKENS if self.limit is refused:
                return replace(self, limit=Parameter.MAX_COMPLETION_TOKENS)
            case Parameter.MAX_COMPLETION_TOKENS if self.limit is refused:
                return replace(self, limit=None)
            case Parameter.RESPONSE_FORMAT if self.form is not Form.WORDS:
                return replace(self, form=list(Form)[list(Form).index(self.form) + 1])
            case Parameter.TEMPERATURE if self.temperature:
                return replace(self, temperature=False)
            case Parameter.SEED if self.seed:
                return replace(self, seed=False)
        return None


@dataclass(frozen=True, slots=True)
class SamplingRequest:
    """What is wanted of a server, whatever its dialect; `seed` is for its sampling."""

    messages: list[Message]
    schema: dict[str, Any]
    temperature: float
    max_tokens: int
    seed: int | None = None


def body_of(
    sampling: SamplingRequest, dialect: Dialect, model: str, count: int, place: int = 0
) -> dict[str, Any]:
    """A request's body for `count` answers, of which the first is the `place`-th of all."""
    body: dict[str, Any] = {"model": model, "messages": _messages(sampling.messages, dialect.form)}
    if count > 1:
        body["n"] = count
    if dialect.limit is not None:
        body[dialect.limit] = sampling.max_tokens
    if dialect.temperature:
        body["temperature"] = sampling.temperature
    if dialect.seed and sampling.seed is not None:
        body["seed"] = sampling.seed + place  # or several requests would be answered alike
    if dialect.form is not Form.WORDS:
        body["response_format"] = _response_format(sampling.schema, dialect.form)
    return body


def _messages(messages: list[Message], form: Form) -> list[Message]:
    if form not in (Form.JSON, Form.WORDS):
        return messages
    first, *rest = messages
    return [first | {"content": f"{first['content']} {JSON_WORDS}"}, *rest]


def _response_format(schema: dict[str, Any], form: Form) -> dict[str, Any]:
    if form is Form.JSON:
        return {"type": "json_object"}
    json_schema: dict[str, Any] = {"name": "changes", "schema": schema}
    if form is Form.OBJECT:
        json_schema |= {"schema": object_schema(schema), "strict": True}
    return {"type": "json_schema", "json_schema": json_schema}
