"""Named quantities, the operations between them, and reverse-mode differentiation."""
