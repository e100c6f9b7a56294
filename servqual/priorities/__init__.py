"""Priorities: what should be mended first."""
