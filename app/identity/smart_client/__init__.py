"""SMART App Launch 2.2 as a client of trusted EHR servers: discovery, tokens, who signed in."""
