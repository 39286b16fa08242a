"""Stand-in Magento shop: a process of its own that answers as the recorded 2.4.8 or 2.4.7 does.

The facts come from ``magento/README.md``; numbers in brackets are its recorded exchanges, those
with 248 in front of the newer version. ``versions`` has all in which the two differ.
"""
