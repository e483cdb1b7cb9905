"""Faces towards EHRs."""
