"""Path models fitted to resamples, and intervals from them."""
