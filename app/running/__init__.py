"""`turnpoint run`: everything on one machine, with real parts."""
