"""Who may see one patient alone gets where that patient is named, and where nobody is; nowhere else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.policy import POLICY, Everybody, check_patient, route_at
from app.identity.principal import ANYBODY
from app.identity.refusals import OnePatientError, OtherPatientError

ONE = replace(ANYBODY, patient="P-1")
IDS = st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True)
ROUTES = sorted(route for route in POLICY if "?" not in route[1])


def path_of(template: str, patient: str) -> str:
    return template.replace("{patient_id}", patient).replace("{answer_id}", "a").replace("{plan_id}", "p")


@pytest.mark.parametrize(("method", "template"), ROUTES)
def test_where_a_patient_is_named_it_is_this_one(method: str, template: str) -> None:
    if "{patient_id}" in template:
        check_patient(ONE, method, template, path_of(template, "P-1"))
        with pytest.raises(OtherPatientError):
            check_patient(ONE, method, template, path_of(template, "P-2"))
        return
    if isinstance(POLICY[method, template], Everybody) or "{answer_id}" in template:
        check_patient(ONE, method, template, template)
    elif (method, template) != ("POST", "/counterfactuals"):
        with pytest.raises(OnePatientError):
            check_patient(ONE, method, template, template)


@pytest.mark.parametrize(("method", "template"), ROUTES)
def test_all_others_get_everywhere(method: str, template: str) -> None:
    check_patient(ANYBODY, method, template, path_of(template, "P-2"))


@given(own=IDS, other=IDS)
def test_no_other_id_is_this_one(own: str, other: str) -> None:
    path = f"/patients/{other}/plans"
    template = route_at("GET", path)
    limited = replace(ANYBODY, patient=own)
    if own == other:
        check_patient(limited, "GET", template, path)
    else:
        with pytest.raises(OtherPatientError):
            check_patient(limited, "GET", template, path)
