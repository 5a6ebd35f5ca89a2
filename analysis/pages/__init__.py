"""What the notebooks show: tables and sentences from results, every text escaped."""
