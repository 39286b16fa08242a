"""What an order needs of the mapping tables, and what is missing in them."""
