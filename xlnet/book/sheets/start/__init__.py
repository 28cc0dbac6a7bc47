"""The Start sheet: one screen with the network, its loss and what it computes, at an iteration that is chosen."""

from xlnet.book.choices import START as NAME

__all__ = ["NAME"]
