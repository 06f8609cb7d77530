"""Homework: made from the solution, graded, reported."""
