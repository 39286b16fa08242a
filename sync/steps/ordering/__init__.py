"""Which SAP order belongs to a web order."""
