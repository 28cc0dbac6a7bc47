"""The Explore sheet: the network of one iteration as a picture, and every quantity with its rule and its numbers."""

from xlnet.book.choices import EXPLORE as NAME

__all__ = ["NAME"]
