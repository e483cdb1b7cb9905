"""What a fault came to: one row of the table."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.load import BROKEN, Asked

HEAD = {
    "part": "part",
    "fault": "fault",
    "callers": "callers",
    "answered": "answered",
    "refused": "503",
    "broken": "connections broken",
    "failed": "other failures",
    "lost": "lost",
    "doubled": "doubled",
    "unrecorded": "unrecorded",
    "before_s": "longest wait before, s",
    "longest_s": "longest wait, s",
    "recovered_s": "served again after, s",
    "connections": "most connections",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one case; seconds. `recovered_s` counts from the moment at which the part was whole again."""

    part: str
    fault: str
    callers: int
    answered: int
    refused: int
    broken: int
    failed: int
    lost: int
    doubled: int
    unrecorded: int
    before_s: float
    longest_s: float
    recovered_s: float
    connections: int | None = None


def finding_of(
    case: tuple[str, str, int],
    asked: list[Asked],
    times: tuple[float, float],
    database: "psycopg.Connection[tuple[Any, ...]]",
    connections: int | None = None,
) -> Finding:
    """What came of a fault that lasted from the first to the second of these times."""
    began, whole = times
    answered = [one for one in asked if one.was_answered]
    given = [one.answer_id for one in answered]
    recorded = _count(database, "SELECT count(*) FROM answers WHERE id = ANY(%s::uuid[])", given)
    told = _count(
        database, "SELECT count(DISTINCT answer_id) FROM requests WHERE answer_id = ANY(%s::uuid[])", given
    )
    twice = _count(
        database,
        "SELECT count(*) FROM (SELECT 1 FROM answers WHERE patient_id = ANY(%s) GROUP BY patient_id"
        " HAVING count(*) > 1) AS twice",
        [one.patient_id for one in asked],
    )
    return Finding(
        *case,
        answered=len(answered),
        refused=sum(one.status == 503 for one in asked),
        broken=sum(one.status == BROKEN for one in asked),
        failed=sum(one.status not in (200, 503, BROKEN) for one in asked),
        lost=len(set(given)) - recorded,
        doubled=twice + len(given) - len(set(given)),
        unrecorded=len(set(given)) - told,
        before_s=_longest(one for one in asked if one.ended < began),
        longest_s=_longest(one for one in asked if one.ended >= began),
        recovered_s=_recovered(asked, whole),
        connections=connections,
    )


def _count(database: "psycopg.Connection[tuple[Any, ...]]", query: str, values: list[Any]) -> int:
    row = database.execute(query, [values]).fetchone()
    assert row is not None
    return int(row[0])


def _longest(asked: Iterable[Asked]) -> float:
    return max((one.waited for one in asked), default=0.0)


def _recovered(asked: list[Asked], whole: float) -> float:
    """Until the first answer, and until the last failure of what was asked after that."""
    first = min((one.ended for one in asked if one.was_answered and one.ended >= whole), default=float("inf"))
    last = max((one.ended for one in asked if not one.was_answered and one.began >= whole), default=whole)
    return max(first, last) - whole


def write_table(findings: list[Finding], folder: Path, frozen_s: float) -> None:
    """`faults.md` and `faults.json`, with machine and date."""
    folder.mkdir(exist_ok=True)
    rows = [asdict(one) for one in findings]
    (folder / "faults.json").write_text(json.dumps(rows, indent=1))
    names = [field.name for field in fields(Finding)]
    lines = [
        f"{datetime.now(UTC):%d %B %Y}, commit {_commit()}, {os.cpu_count()} cores of {platform.machine()}, "
        f"load {os.getloadavg()[1]:.1f} at the end; frozen for {frozen_s:g} s.",
        "",
        "| " + " | ".join(HEAD[name] for name in names) + " |",
        "|---" * len(names) + "|",
        *("| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows),
        "",
    ]
    (folder / "faults.md").write_text("\n".join(lines))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
