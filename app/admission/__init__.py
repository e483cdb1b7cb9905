"""Who may come in how often, and whose work is next: so that nobody's work holds up everybody's."""
