"""What a kept result depends on, written out: results under another fingerprint are left alone.

A fingerprint is made of versions, digests and settings, never of source text or of where a file lies. So a
comment, a name or a move keeps every result; whoever changes what comes out raises the version beside it.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from app.domain.schema import FeatureSchema
from app.proposers.llm.prompt import version_of
from research.evaluation.benchmark_setup.people import SETUP_VERSION, BenchmarkSetup
from research.evaluation.methods.registry import Method
from research.evaluation.methods.turnpoint import ENGINE_VERSION
from research.llm_session import LlmEndpoint


def fingerprint(parts: Mapping[str, Any]) -> str:
    """Twelve hex digits of SHA-256 over the parts as JSON, in the order of their names."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def answers_fingerprint(
    setup: BenchmarkSetup,
    method: Method,
    endpoint: LlmEndpoint | None = None,
    reduction: float | None = None,
) -> str:
    """All that a method's answer about one person depends on; how many people are asked is no part of it.

    `reduction`: how far below their own risk people are to come, where that is not to the threshold.

    A peer is shown part of the model alone, so its answers outlive a new committee; ours do not.
    """
    return fingerprint(
        {
            "setup": SETUP_VERSION,
            "setting": setup.setting.kind,
            "shown": setup.shown_digest,
            "model": setup.model_digest if method.is_ours else None,
            **method_parts(method, setup.schema, endpoint),
            **({} if reduction is None else {"reduction": reduction}),
        }
    )


def method_parts(
    method: Method, schema: FeatureSchema, endpoint: LlmEndpoint | None = None
) -> dict[str, Any]:
    """What stands for a method: its adapter's version, its package's, its options, whom it asks."""
    adapter = method.adapter
    parts: dict[str, Any] = {
        "adapter": [adapter.name, adapter.version],
        "package": package_version(method.package),
        "engine": ENGINE_VERSION if method.is_ours else None,
        "options": dict(method.options),
        "limit_s": method.hard_limit_s,
    }
    if method.style is not None:
        parts["prompt"] = version_of(schema)
        parts["language_model"] = [endpoint.model, endpoint.temperature] if endpoint else None
    return parts


def package_version(package: str | None) -> str | None:
    """A distribution with its version, such as `nicex 0.2.3`; None of none."""
    return None if package is None else f"{package} {version(package)}"
