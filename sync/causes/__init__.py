"""Why work stops: one row for each cause, with who acts and how. Printed as docs/errors.md."""
