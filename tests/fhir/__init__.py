"""Checks what is written in FHIR, by definitions that are not ours."""
