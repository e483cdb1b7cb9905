"""A mock EHR on loopback: FHIR server, SMART authorisation server and CDS client, with a dozen people.

It stands for somebody else's EHR, in tests, in benchmarks and in `make run EHR=mock`. Its people are real
rows of NHANES in hand-made FHIR, under invented names: nobody's record, and for no patient.
"""
