"""POST /counterfactuals/{id}/feedback: what a clinician thought of an option."""
