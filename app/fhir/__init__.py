"""FHIR R4 (4.0.1) as the service writes it: plain functions from what use cases tell to resources in JSON."""
