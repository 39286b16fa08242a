"""Stores what was read from shop and SAP; nothing else writes mirrors."""
