"""What the clinician's page shows, worked out: templates only write it down."""
