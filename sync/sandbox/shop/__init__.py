"""Stand-in Magento 2.4.7 shop: a process of its own that answers as the recorded shop does.

The facts come from ``magento/README.md``; numbers in brackets are its recorded exchanges.
"""
