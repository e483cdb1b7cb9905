"""Reading from the FHIR servers that a deployment trusts (R4), and from no others."""
