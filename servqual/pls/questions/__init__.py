"""What one asks of a fitted path model."""
