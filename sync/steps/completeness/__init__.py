"""Both sides, order by order."""
