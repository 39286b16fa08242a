"""What a shipment has beside what every paper has: parcels, notices, bundles."""
