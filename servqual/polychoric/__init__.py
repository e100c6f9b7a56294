"""Correlations of the normal variables behind ordered answers."""
