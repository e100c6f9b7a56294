"""Bootstrap and Monte Carlo intervals of a fitted model."""
