"""Every pattern of a sentence about results; the words in them are the protocol's."""
