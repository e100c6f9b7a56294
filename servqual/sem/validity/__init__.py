"""Construct validity and common method variance."""
