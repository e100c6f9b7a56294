"""The response surface: an outcome over every pair of perception and expectation."""
