"""What was read from shop and SAP, stored: the only writer of mirrors."""
