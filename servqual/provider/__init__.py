"""The provider's side of the gaps model: what the firm believes, sets, delivers and promises."""
