"""Patients as their EHR knows them: the page opened from there, and groups that are read by night."""
