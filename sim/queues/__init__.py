"""The day at the points: officials, places and people who wait."""
