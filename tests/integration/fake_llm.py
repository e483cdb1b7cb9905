"""A fake: it stands for somebody else's OpenAI-compatible server, which may behave in any way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.classifiers.hosted import HostedModel
from app.proposers.llm.response import write_answer
from tests.asking import Person, question_about
from tests.integration.fake_server import Handler, Reply, serving

Json = dict[str, Any]


Behaviour = Callable[[Json], Reply]
"""From a request's body to the reply."""


def says(*contents: object, **beside: Json) -> Behaviour:
    """Answers with these texts, one choice each, and with what else a server says beside them."""
    choices = [{"message": {"role": "assistant", "content": content}} for content in contents]
    return lambda _: Reply(body=json.dumps({"choices": choices} | beside).encode())


def a_good_answer(model: HostedModel, person: Person) -> str:
    """A well-formed answer that is open to most people: a step of the first lever."""
    levers = question_about(model, person).levers
    return write_answer(levers, np.eye(len(levers), dtype=np.int64)[0])


@dataclass
class FakeLlm:
    """The running fake: set `behaviour`; read `asked`, the requests for samples (not those that warm up), and
    `left`, which is set once a caller leaves before the reply ends.
    """

    url: str = ""
    behaviour: Behaviour = field(default_factory=lambda: says())
    asked: list[Json] = field(default_factory=list)
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


def _handler(fake: FakeLlm) -> type[Handler]:
    class FakeHandler(Handler):
        def get(self) -> Reply:
            return Reply(body=b'{"object": "list", "data": [{"id": "fake-model"}]}')

        def post(self, content: bytes) -> Reply:
            request = json.loads(content)
            if request["n"] > 1:
                fake.asked.append(request)
            return fake.behaviour(request)

    return FakeHandler
