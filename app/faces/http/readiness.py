"""Which parts answer just now: asked all at once, and none is waited for longer than a probe would."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, Field

from app.proposers.llm.client import LlmClient
from app.proposers.llm.failures import Failure, FailureReason

T = TypeVar("T")
_left: set[asyncio.Task[Any]] = set()
"""What was not waited for, until it has ended."""


class Readiness(BaseModel):
    """Which parts answer. Without cache or language model answers are slower or fewer, but there are some."""

    ready: bool = Field(
        description="The record and every classifier answer, and the service is not about to end."
    )
    database: bool = Field(description="Whether the record can be written.")
    classifier: bool | None = Field(description="Null where every classifier runs in the gateway itself.")
    cache: bool = Field(description="Whether the cache answers; without it answers take longer.")
    llm: bool | None = Field(description="Whether it lists its models; null where none is set up.")


class LlmTrouble(BaseModel):
    """Why the language model does not propose. Nothing of what its server says is repeated."""

    reason: FailureReason = Field(description="What kind of trouble it is.")
    status: int | None = Field(description="The HTTP status, where there was one.")
    code: str | None = Field(description="The server's error code, where it is a well-known one.")
    since: AwareDatetime | None = Field(
        description="When questions began to get no proposal; null where only this probe got no answer."
    )
    resting: bool = Field(description="It failed too often and is being left alone for a while.")


class Reasons(BaseModel):
    """What is behind the parts that do not answer."""

    classifiers: dict[str, bool] = Field(description="By model, of those elsewhere: whether it is ready.")
    llm: LlmTrouble | None = Field(
        description="Null where the last question got proposals, or nobody has asked yet, and the probe an "
        "answer."
    )


class VerboseReadiness(Readiness):
    """The same, with reasons."""

    reasons: Reasons = Field(description="What is behind the parts that do not answer.")


async def readiness_of(state: Any) -> VerboseReadiness:
    """Ask all parts of a gateway's state; each has `readiness_wait_s` seconds to say that it is there."""
    llm, remote, at_most_s = state.llm, state.remote_classifiers, state.readiness_wait_s
    database, cache, silence, *classifiers = await asyncio.gather(
        _in_time(state.database.is_ready(), at_most_s, False),
        _in_time(state.cache.is_ready(), at_most_s, False),
        _in_time(_unreadiness(llm), at_most_s, Failure(FailureReason.TIMEOUT)),
        *(_in_time(classifier.is_ready(), at_most_s, False) for classifier in remote.values()),
    )
    return VerboseReadiness(
        ready=database and all(classifiers) and not state.closing.is_near,
        database=database,
        classifier=all(classifiers) if remote else None,
        cache=cache,
        llm=silence is None if llm else None,
        reasons=Reasons(
            classifiers=dict(zip(remote, classifiers, strict=True)),
            llm=_trouble(llm, silence) if llm else None,
        ),
    )


async def _unreadiness(llm: LlmClient | None) -> Failure | None:
    return await llm.unreadiness() if llm else None


def _trouble(llm: LlmClient, silence: Failure | None) -> LlmTrouble | None:
    failure = llm.failures.last or silence
    if failure is None:
        return None
    return LlmTrouble(
        reason=failure.reason,
        status=failure.status,
        code=failure.code,
        since=llm.failures.since,
        resting=llm.is_resting,
    )


async def _in_time(check: Coroutine[Any, Any, T], at_most_s: float, otherwise: T) -> T:
    """What comes of it in time. It is not waited for while it is cancelled: a driver may try to be polite."""
    task = asyncio.create_task(check)
    await asyncio.wait({task}, timeout=at_most_s)
    if task.done():
        return task.result()
    task.cancel()
    _left.add(task)
    task.add_done_callback(_forget)
    return otherwise


def _forget(task: "asyncio.Task[Any]") -> None:
    _left.discard(task)
    if not task.cancelled():
        task.exception()
