"""Importance and performance: where each item or dimension stands, and what to do about it."""
