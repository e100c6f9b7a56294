"""Formulas with the reader's own numbers put in."""
