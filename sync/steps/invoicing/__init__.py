"""What invoices in the shop beside the flow itself: money, and invoices made by hand or anew."""
