"""What one asks of a fitted model: modification, residuals, factor scores, comparisons."""
