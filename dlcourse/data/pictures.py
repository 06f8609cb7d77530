"""Image files as arrays: decoded by several threads, in one colour space, of one size."""

import io
import itertools
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dlcourse.data.idx import DamagedFile

# Enough to keep the threads busy, few enough that compressed images fill no memory.
CHUNK = 2048
# A thread's task: handing over images of 32×32 pixels one at a time takes longer than decoding.
TASK = 64


def import_pillow():
    """Pillow's Image and ImageOps, or an ImportError that says how to get them."""
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise ImportError(
            f"reading images needs Pillow ({error}): run `pip install 'dlcourse[torch]'`"
        ) from error
    return Image, ImageOps


def decode(image, size):
    """An opened image as uint8, (height, width, 3): RGB, turned upright, of the size that is asked.

    size: (height, width), None for the image's own. The image is shrunk or enlarged, its
    proportions kept, until it covers the size, and what stands out is cut off evenly. Shrinking
    averages over what a pixel covers.
    """
    Image, ImageOps = import_pillow()
    image = ImageOps.exif_transpose(image)
    if "transparency" in image.info:
        image = image.convert("RGBA")
    image = image.convert("RGB")
    if size is not None and (image.height, image.width) != tuple(size):
        image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(image)


def decode_all(files, count, size=None):
    """All images as one array, uint8, (count, 3, height, width).

    files: an iterable of (name, path or bytes). count: how many there are. size: (height, width);
    None where all have the same already. Raises DamagedFile, which names the file, where one cannot
    be read; ValueError for one of another size.
    """
    images, start = None, 0
    for part in decode_in_parts(files, size):
        if images is None:
            images = np.empty((count, *part.shape[1:]), np.uint8)
        images[start : start + len(part)] = part
        start += len(part)
    return images


def decode_in_parts(files, size=None):
    """The images as `decode_all` returns them, some thousand at a time, as the files come in."""
    first = None
    files = iter(files)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        while chunk := list(itertools.islice(files, CHUNK)):
            tasks = [chunk[i : i + TASK] for i in range(0, len(chunk), TASK)]
            results = threads.map(lambda task: [_decode_file(*file, size) for file in task], tasks)
            decoded = list(itertools.chain.from_iterable(results))
            first = decoded[0].shape if first is None else first
            for (name, _), image in zip(chunk, decoded, strict=True):
                if image.shape != first:
                    raise ValueError(
                        f"the images are not all of one size: {name} has {_times(image)} pixels, "
                        f"the first one {first[0]}×{first[1]}; ask for one with size="
                    )
            yield np.stack(decoded).transpose(0, 3, 1, 2)


def _decode_file(name, source, size):
    Image, _ = import_pillow()
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            return decode(image, size)
    except (OSError, SyntaxError, ValueError) as error:
        reason = str(error).split("<", 1)[0].strip() or type(error).__name__
        raise DamagedFile(f"{name} cannot be read as an image ({reason})") from error


def _times(image):
    return f"{image.shape[0]}×{image.shape[1]}"
