"""Satisfaction indices: items weighted by importance or by a fitted model."""
