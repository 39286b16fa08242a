"""What an invoice has beside what every paper has: money, and documents billed anew."""
