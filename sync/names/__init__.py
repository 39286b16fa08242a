"""The names by which people know the codes of shop and SAP. Pure; a code without one is quoted."""
