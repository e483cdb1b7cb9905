"""After the start nothing is left to compile: the first card keeps its wait."""

import os
import subprocess
import sys

_ASKED = """
import gc
from datetime import date
from numba.core.registry import CPUDispatcher
from app.bootstrap import registry_of
from app.engine.examples import warm_up
from app.settings import Settings
from app.usecases.counterfactuals.request import validate
from app.usecases.counterfactuals.schemas import CounterfactualsRequest
from tests.ehr.people import bundle_of
from tests.unit.engine.answers import answer

def compiled():
    own = [one for one in gc.get_objects() if isinstance(one, CPUDispatcher)]
    names = {one: f"{one.py_func.__module__}.{one.py_func.__name__}" for one in own}
    return {name: len(one.signatures) for one, name in names.items() if name.startswith("app.")}

registry = registry_of(Settings())
served = registry.named(None)
warm_up(served)
before = compiled()
for name in ("ash", "cedar", "fir", "hazel"):
    asked = CounterfactualsRequest(patient_id=name, fhir=bundle_of(name, date(2026, 11, 29)))
    told = validate(registry, asked, None)
    risk = float(served.model.classifier.risk(told.patient.factual[None])[0])
    wishes = told.preferences
    answer(served, told.problem(risk), wishes.count, wishes.min_robustness, diversity=wishes.diversity)
after = compiled()
print(*(name for name, count in after.items() if count != before[name]))
"""


def test_a_start_compiles_all_that_an_answer_about_a_chart_is_made_of() -> None:
    """In a process of its own: others have compiled here already."""
    done = subprocess.run(
        [sys.executable, "-c", _ASKED],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
