"""Whether groups, or expectation and perception, are measured alike."""
