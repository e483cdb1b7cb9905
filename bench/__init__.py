"""`make bench`: speed and memory, measured on this machine and printed beside what was promised."""
