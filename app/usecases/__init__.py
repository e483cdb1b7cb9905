"""What the service does, whoever asks: they know no face."""
