"""A fake: it stands for somebody else's OpenAI-compatible server, which may behave in any way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.response import write_answer
from tests.asking import Person, problem_about
from tests.integration.fake_server import Handler, Reply, serving

Json = dict[str, Any]


Behaviour = Callable[[Json], Reply]
"""From a request's body to the reply."""


def says(*contents: object, **beside: object) -> Behaviour:
    """Answers with these texts, one choice each, and with what else a server says beside them."""
    choices = [{"message": {"role": "assistant", "content": content}} for content in contents]
    return lambda _: Reply(body=json.dumps({"choices": choices} | beside).encode())


def listing(*names: str) -> Reply:
    """The list of models that a server serves."""
    return Reply(body=json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode())


def good_answers(model: ModelVersion, person: Person) -> list[str]:
    """Well-formed answers about a person: a step of each lever. Some of them are open to anybody."""
    levers = problem_about(model, person).levers
    return [write_answer(levers, levels) for levels in np.eye(len(levers), dtype=np.int64)]


def a_good_answer(model: ModelVersion, person: Person) -> str:
    """One of them."""
    return good_answers(model, person)[0]


@dataclass
class FakeLlm:
    """The running fake: set `behaviour` and `models`; read `asked`, the requests for samples (not those that
    warm up), their `headers`, and `left`, which is set once a caller leaves before the reply ends.
    """

    url: str = ""
    behaviour: Behaviour = field(default_factory=lambda: says())
    models: Reply = field(default_factory=lambda: listing("fake-model"))
    asked: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)


@contextmanager
def fake_llm() -> Iterator[FakeLlm]:
    """A fake on a free loopback port."""
    fake = FakeLlm()
    handler = _handler(fake)
    with serving(handler) as address:
        fake.left = handler.left
        fake.url = f"{address}/v1"
        yield fake


def _warms_up(request: Json) -> bool:
    return 1 in (request.get("max_tokens"), request.get("max_completion_tokens"))


def _handler(fake: FakeLlm) -> type[Handler]:
    class FakeHandler(Handler):
        def get(self) -> Reply:
            return fake.models

        def post(self, content: bytes) -> Reply:
            request = json.loads(content)
            if not _warms_up(request):
                fake.asked.append(request)
                fake.headers.append({name.lower(): value for name, value in self.headers.items()})
            return fake.behaviour(request)

    return FakeHandler
