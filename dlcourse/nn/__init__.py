"""The reference library: NumPy alone, made to be read."""
