"""What must hold after every fault."""

from app.paths import ROOT
from tests.faults.findings import Finding, finding_of, write_table
from tests.faults.load import Load
from tests.faults.stage import ALLOWANCE_S, FROZEN_S
from tests.integration.serving import LastingPostgres, connect

FROZEN_WAIT_S = 3.0
"""What a part that does not answer may cost a caller."""


def noted(
    findings: list[Finding],
    case: tuple[str, str, int],
    load: Load,
    times: tuple[float, float],
    postgres: LastingPostgres,
    connections: int | None = None,
) -> Finding:
    """What was found, in the table too; the promise of the record holds, and it heals by itself."""
    with connect(postgres.url) as database:
        finding = finding_of(case, load.asked, times, database, connections)
    findings.append(finding)
    write_table(findings, ROOT / "build", FROZEN_S)
    assert (finding.lost, finding.doubled, finding.unrecorded, finding.failed) == (0, 0, 0, 0)
    assert finding.recovered_s < ALLOWANCE_S
    return finding


def assert_short(finding: Finding) -> None:
    """Nobody waits because a part does not answer, but for seconds; a busy machine adds what it adds."""
    assert finding.longest_s < FROZEN_WAIT_S + finding.before_s + ALLOWANCE_S
