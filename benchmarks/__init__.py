"""Side-by-side measurements of dlcourse and PyTorch: `python -m benchmarks`."""
