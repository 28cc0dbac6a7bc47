"""The tests that take long, by the seconds of processor time that all their cases took on a machine of two cores.

They are started first, so that no processor waits for a last long one, and `make test-fast` leaves them out.
"""

SLOW: dict[str, float] = {}
