"""The HTTP service; not part of this version."""
