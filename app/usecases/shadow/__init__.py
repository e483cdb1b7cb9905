"""A version that scores beside the one that answers: how far apart they are, and nothing of patients."""
