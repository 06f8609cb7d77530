"""The version of the package, which a notebook compares with the one it was written for."""

__version__ = "0.1.0"
