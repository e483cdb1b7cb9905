"""Invented sensors' files: the layouts are those of real releases, every value is made up here."""
