"""What every face of the service shares: problems, correlation, limits, authentication."""
