"""One cell of the review: everything its page says."""
