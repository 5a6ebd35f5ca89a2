"""What the site offers beside its pages: downloads, a feed, a map of the site, a card."""
