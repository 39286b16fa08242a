"""Chaos: the whole portal as real processes, hurt on purpose, judged from the stand-ins' books.

An outsider: it knows addresses, processes and signals, and reads the portal's pages and, read-only,
its database. Of ``sync`` it imports the stand-ins only, and it needs no more than the demo does.
"""
