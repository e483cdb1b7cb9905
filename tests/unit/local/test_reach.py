"""A shell reads the addresses of a run's servers as they are; nobody else does, and not after it."""

import subprocess
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.local.reach import told_to_shells

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126))


def test_it_is_the_owners_alone_and_goes_with_the_run(tmp_path: Path) -> None:
    (tmp_path / "environment").write_text("of a run that was killed")
    with told_to_shells(tmp_path, {"DATABASE_URL": "x"}) as file:
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.read_text() == "DATABASE_URL=x\n"
    assert not any(tmp_path.iterdir())


@given(TEXT, TEXT)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_shell_reads_what_was_written(tmp_path: Path, database: str, cache: str) -> None:
    with told_to_shells(tmp_path, {"DATABASE_URL": database, "REDIS_URL": cache}) as file:
        script = f'set -a; . {file}; printf "%s\\n%s" "$DATABASE_URL" "$REDIS_URL"'
        assert subprocess.check_output(["sh", "-c", script], text=True) == f"{database}\n{cache}"
