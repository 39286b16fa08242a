"""What SAP says of orders that are there: asked in bulk, and stored where it is new."""
