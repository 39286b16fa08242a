"""Which shop answers, and which version of Magento it runs."""
