"""From a table of parameters to estimates: matrices, fit functions, derivatives, fit indices."""
