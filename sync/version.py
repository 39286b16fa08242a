"""The portal's version: on every page, in /healthz, and in what shops see of its calls."""

from __future__ import annotations

VERSION = "0.9.0"
