"""Is the scale sound: consistency, items, difference scores, retest."""
