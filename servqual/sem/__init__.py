"""Structural equation models, from the unrestricted factor model up."""
