"""Searches in processes of their own, behind one door: threads would take turns at one core."""
