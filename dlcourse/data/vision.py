"""The one place that imports torchvision."""

# The library that holds the declarations below; they last as long as it does.
_declared = None


def import_torchvision():
    """Import torchvision and return it, also beside a CPU-only torch.

    torchvision's wheel on the package index is built for CUDA. Beside a CPU-only torch its compiled
    operators cannot load, and `import torchvision` raises `operator torchvision::nms does not
    exist`. Only its Python parts (data sets, transforms, models) are used in this course, and these
    work once the schemas of the two operators that the import looks up are declared. Where the
    operators exist the import succeeds at once, and nothing is declared.

    Raises ImportError that names the missing package.
    """
    global _declared
    try:
        return _import()
    except ImportError as error:
        raise ImportError(
            f"this needs torch and torchvision ({error}): run `pip install 'dlcourse[torch]'`"
        ) from error
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    from torch.library import Library

    if _declared is None:
        _declared = Library("torchvision", "FRAGMENT")
        _declared.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return _import()


def _import():
    import torchvision

    return torchvision
