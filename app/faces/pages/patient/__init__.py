"""GET /patients/{id}/interventions: what was suggested for a patient, newest first."""
