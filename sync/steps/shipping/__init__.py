"""What shipments have beyond the common flow of papers: parcels, notices, bundles."""
