"""What a build survives, what it gives again, and what it is made of."""
