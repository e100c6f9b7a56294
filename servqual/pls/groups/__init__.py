"""Whether groups of respondents may be compared, and whether their paths differ."""
