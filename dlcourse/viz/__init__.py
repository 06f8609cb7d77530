"""Figures and interactive pictures in one style."""
