"""Results as they are kept and compared: from one version of the review to the next."""
