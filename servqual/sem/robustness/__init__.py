"""Standard errors and tests without normality, with missing answers, weights and clusters."""
