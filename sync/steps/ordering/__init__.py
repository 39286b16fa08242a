"""Which SAP order a web order is."""
