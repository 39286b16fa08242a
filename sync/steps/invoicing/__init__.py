"""What invoices have beyond the common flow of papers: money, and replaced billing documents."""
