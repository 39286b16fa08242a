"""What ships in the shop beside the flow itself: parcels, and shipments made by hand."""
