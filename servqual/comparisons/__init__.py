"""Whether gaps are real, and whether groups, waves and profiles differ."""
