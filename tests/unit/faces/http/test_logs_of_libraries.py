"""What libraries say in their own way comes out as lines of ours, without what it quotes."""

import json
import subprocess
import sys

import pytest

SAYS = """
import logging
from app.faces.http import logs
logs.configure()
logs.configure()
try:
    raise OSError("postgresql://turnpoint:sesame@host\\nsecond line")
except OSError as error:
    {call}
"""
LIBRARIES = {
    "procrastinate.worker": 'exception("sesame", extra={"action": "job_error"})',
    "psycopg.pool": 'warning("error connecting in %r: %s", "sesame", error)',
    "sqlalchemy.pool.impl.AsyncAdaptedQueuePool": 'error("Exception terminating sesame", exc_info=True)',
    "asyncio": 'error("sesame", exc_info=error)',
}


@pytest.mark.parametrize(("library", "call"), LIBRARIES.items())
def test_a_library_s_warning_is_one_line_of_json_without_its_message(library: str, call: str) -> None:
    said = SAYS.format(call=f"logging.getLogger({library!r}).{call}")
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    (line,) = done.stderr.splitlines()
    told = json.loads(line)
    assert told.pop("timestamp")
    assert told == {
        "event": "library_warned",
        "level": "warning" if "warning" in call else "error",
        "library": library,
        "at": "job_error" if "job_error" in call else "<module>",
        "error": "OSError",
    }
    assert "sesame" not in line


def test_what_uvicorn_says_is_said_once() -> None:
    said = SAYS.format(call="logging.getLogger('uvicorn.error').warning('once')")
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["event"] == "once"
