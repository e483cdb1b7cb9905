"""Plans: what a patient sets out to do, until when, and what became of it."""
