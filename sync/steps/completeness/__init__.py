"""The comparison of both sides, order by order."""
