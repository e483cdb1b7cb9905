"""The faces towards EHRs, whole: their line in `main`."""

from app.faces.ehr.cds import endpoints as cds
from app.faces.ehr.smart import endpoints as launch
from app.faces.ehr.smart import keys

ROUTERS = (cds.router, launch.router, keys.router)
