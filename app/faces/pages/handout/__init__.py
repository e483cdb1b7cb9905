"""GET /patients/{id}/plans/{plan_id}/handout: a plan in the patient's words, on one printed page."""
