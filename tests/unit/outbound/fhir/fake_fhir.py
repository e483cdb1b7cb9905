"""A fake: it stands for somebody else's FHIR server, which may answer anything."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.integration.fake_server import Handler, Reply, serving

Json = dict[str, Any]


@dataclass
class FakeFhir:
    """The running fake: replies by what is asked, from the path below `base` on; all else is not found."""

    base: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    def tell(self, address: str, told: Any, **more: Any) -> None:
        self.replies[address] = Reply(body=json.dumps(told).encode(), **more)


@contextmanager
def fake_fhir(path: str = "/fhir") -> Iterator[FakeFhir]:
    """A fake on a free loopback port."""
    fake = FakeFhir()

    class FakeHandler(Handler):
        def get(self) -> Reply:
            address = self.path.removeprefix(path).removeprefix("/")
            fake.asked.append(address)
            fake.tokens.append(self.headers["Authorization"])
            return fake.replies.get(address, Reply(404))

    with serving(FakeHandler) as url:
        fake.base = url + path
        yield fake


def bundle(*resources: Mapping[str, Any], next_page: str | None = None) -> Json:
    """A searchset, and where it goes on."""
    links = [{"relation": "self", "url": "Observation"}]
    if next_page is not None:
        links.append({"relation": "next", "url": next_page})
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links} | (
        {"entry": entries} if entries else {}
    )


def observation(name: str) -> Json:
    return {"resourceType": "Observation", "id": name}
