"""Telling other programs that something happened: by signed calls that hold ids, and nothing of a patient."""
