"""What is checked before the first order goes through."""
