"""`python -m tests.ehr`: the mock EHR as a process, connected with a Turnpoint on this machine."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tests.ehr.connecting import connect
from tests.ehr.serving import LOOPBACK, serve
from tests.ehr.state import MockEhr


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.ehr", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--turnpoint", default="http://127.0.0.1:8000", help="where the Turnpoint is")
    parser.add_argument(
        "--files",
        type=Path,
        default=Path(),
        help="where what Turnpoint is given is written: ehr.toml and keys",
    )
    chosen = parser.parse_args()
    ehr = MockEhr(f"http://{LOOPBACK}:{chosen.port}", datetime.now(UTC).date(), turnpoint=chosen.turnpoint)
    chosen.files.mkdir(parents=True, exist_ok=True)
    connect(ehr, chosen.turnpoint, chosen.files.resolve())
    serve(ehr, chosen.port)


if __name__ == "__main__":
    main()
