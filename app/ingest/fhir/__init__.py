"""FHIR R4 in: small lenient readers of code, value, unit and date; no validation of whole resources."""
