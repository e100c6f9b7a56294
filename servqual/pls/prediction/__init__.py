"""What a path model says of respondents that it was not fitted on."""
