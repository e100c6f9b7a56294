"""Models of service quality, written from an instrument."""
