"""What a patient can or will not do: kept with the patient, and heeded where options are looked for."""
