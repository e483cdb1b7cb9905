"""CDS Hooks 2.0: what a clinician sees in their EHR while a patient's record is open there.

What version 3.0 adds is passed over or borne, so that its clients are served as well.
"""
