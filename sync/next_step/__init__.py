"""Who acts next on a document: decided from plain facts, shown by its page. Pure."""
