"""Where work runs that asks a classifier."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from app.classifiers.base import Classifier
from app.classifiers.open_inference import OpenInferenceClassifier

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(classifier: Classifier, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run work in a thread, as `asyncio.to_thread` does.

    Each classifier elsewhere has threads of its own: while it is slow, those who wait for it hold up nobody
    who asks another model.
    """
    threads = classifier.threads if isinstance(classifier, OpenInferenceClassifier) else None
    run = partial(copy_context().run, work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(threads, run)
