"""The people themselves: one module per life, or per family."""
