"""The page as it is launched from an EHR (SMART App Launch)."""
