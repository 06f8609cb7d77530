"""`python -m benchmarks`: run the measurements, print their tables, keep their figures."""

import argparse
import sys
import time
from pathlib import Path

from benchmarks import (
    cifar_resnet20,
    grading_throughput,
    image_loaders,
    mnist_lenet5,
    mnist_mlp,
    naive_twins,
    nn_layers,
    operations,
    recurrent_attention,
    trainer_lenet5,
    trainer_overhead,
)
from benchmarks.record import RESULTS, load_average, table, write

MODULES = (
    operations,
    nn_layers,
    recurrent_attention,
    naive_twins,
    mnist_mlp,
    mnist_lenet5,
    trainer_lenet5,
    trainer_overhead,
    image_loaders,
    cifar_resnet20,
    grading_throughput,
)
BENCHMARKS = {module.NAME: module for module in MODULES}


def main(argv=None):
    """Return 0 where every target was met, 1 where one was missed or a benchmark could not run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--full", action="store_true", help="more repeats and seeds")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, metavar="FOLDER", help="where the figures go"
    )
    args = parser.parse_args(argv)
    unknown = [name for name in args.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    good = True
    for name in args.names or BENCHMARKS:
        good &= _one(BENCHMARKS[name], args.full, args.results)
    return 0 if good else 1


def _one(module, full, folder):
    load, start = load_average(), time.perf_counter()
    try:
        report = module.run(full=full)
    except OSError as error:
        print(f"{module.NAME}: not measured: {error}", file=sys.stderr)
        return False
    print(table(report))
    print(f"  {time.perf_counter() - start:.0f} s; kept in {write(report, load, folder).name}\n")
    return report.met


if __name__ == "__main__":
    sys.exit(main())
