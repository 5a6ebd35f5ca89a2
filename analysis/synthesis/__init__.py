"""One question of the review: everything its page says."""
