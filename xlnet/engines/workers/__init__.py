"""Scripts that run an engine in a process of its own; none of them imports xlnet."""
