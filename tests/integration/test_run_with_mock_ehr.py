"""`turnpoint run --ehr mock`: a mock EHR beside the gateway, each knowing the other."""

import re
from pathlib import Path

import psutil

from app.local.embedded.data_dir import free_port
from tests.integration.processes import turnpoint
from tests.integration.serving import NOWHERE, SECONDS, http_client


def test_a_run_shows_charts(tmp_path: Path) -> None:
    settings = {"TURNPOINT_HOME": str(tmp_path / "home"), "PORT": str(free_port()), "LLM_URL": NOWHERE}
    with turnpoint("run", settings, ["--ehr", "mock"]) as run:
        run.wait_for("the mock EHR  ", SECONDS)
        (url,) = re.findall(r"the mock EHR  (\S+)/", run.output)
        with http_client(url) as browser:
            assert f"http://127.0.0.1:{settings['PORT']}" in browser.get("/").text
            chart = browser.get("/chart/ash")
            assert chart.status_code == 200
            assert "does not answer" not in chart.text
        children = run.children()
        assert run.interrupt(SECONDS) == 0, run.errors
        _, alive = psutil.wait_procs(children, timeout=SECONDS)
        assert not alive
        assert "Traceback" not in run.output + run.errors
