"""The checks made before the first order goes through."""
