"""Generators make clients of the OpenAPI document, uploads included, and these clients work."""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.paths import ROOT
from tests.asking import Person
from tests.integration.serving import SECONDS

Json = dict[str, Any]

HERE = Path(__file__).parent
PYTHON = ROOT / ".venv-clients" / "bin"
TYPESCRIPT = HERE / "typescript" / "node_modules"


@pytest.fixture(scope="module")
def document(url: str) -> str:
    return httpx.get(f"{url}/openapi.json", timeout=SECONDS, trust_env=False).raise_for_status().text


@pytest.fixture
def question(helpable: Person) -> Json:
    """It asks for all that there is, so that every part of an answer is read."""
    about = {"patient_id": f"test-{uuid4()}", "features": dict(helpable), "generator": "search"}
    return about | {"always": True, "target": {"relative_reduction": 0.1}}


def run(*command: str | Path, cwd: Path) -> str:
    path = f"{PYTHON}{os.pathsep}{os.environ['PATH']}"  # the generator looks there for what formats its code
    environment = {"PATH": path, "PYTHONPATH": str(cwd)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_python_client_asks_and_uploads(
    url: str, document: str, question: Json, helpable: Person, tmp_path: Path
) -> None:
    (tmp_path / "openapi.json").write_text(document)
    (tmp_path / "question.json").write_text(json.dumps(question))
    with (tmp_path / "table.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(helpable))
        writer.writeheader()
        writer.writerow(helpable)
    generate = ("generate", "--path", "openapi.json", "--output-path", "generated_client", "--meta", "none")
    said = run(PYTHON / "openapi-python-client", *generate, cwd=tmp_path)
    assert "will not be generated" not in said
    shutil.copy(HERE / "using_generated_client.py", tmp_path)
    told = run(
        *(PYTHON / "python", "using_generated_client.py", url, "question.json", "table.csv"), cwd=tmp_path
    )
    got = json.loads(told)
    assert got["upload"]["valid"] == 1
    assert got["models"] == 4
    answer = httpx.get(
        f"{url}/counterfactuals/{got['answer']['id']}", timeout=SECONDS, trust_env=False
    ).json()
    for part in ("prediction", "counterfactuals", "improvements", "frontier", "conditions"):
        assert got["answer"][part] == answer[part] != []


@pytest.mark.skipif(
    shutil.which("node") is None or not TYPESCRIPT.exists(),
    reason="needs Node.js: `make test` installs the rest where npm is found",
)
def test_typescript_compiles_against_real_answers(
    url: str, document: str, question: Json, tmp_path: Path
) -> None:
    (tmp_path / "openapi.json").write_text(document)
    answer = (
        httpx.post(f"{url}/counterfactuals", json=question, timeout=SECONDS, trust_env=False)
        .raise_for_status()
        .text
    )
    page = httpx.get(
        f"{url}/patients/{question['patient_id']}/interventions", timeout=SECONDS, trust_env=False
    ).text
    refused = httpx.post(f"{url}/predictions", json={"features": {}}, timeout=SECONDS, trust_env=False).text
    using = (HERE / "typescript" / "using.ts").read_text()
    for kind, value in {"Answer": answer, "Page": page, "Problem": refused}.items():
        using = using.replace(f": {kind} = {{}} as never", f": {kind} = {value}")
    assert "as never" not in using
    (tmp_path / "using.ts").write_text(using)
    run("node", TYPESCRIPT / "openapi-typescript/bin/cli.js", "openapi.json", "-o", "schema.ts", cwd=tmp_path)
    run("node", TYPESCRIPT / "typescript/bin/tsc", "--noEmit", "--strict", "using.ts", cwd=tmp_path)
