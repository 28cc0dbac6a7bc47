"""The version of xlnet."""

VERSION = "0.1.0"
