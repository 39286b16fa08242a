"""The O2C portal: orders from a Magento shop into SAP, deliveries and invoices back."""
