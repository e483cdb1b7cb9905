"""/patients/{id}/measurements: results that say whether a patient has the outcome."""
