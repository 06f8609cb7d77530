"""No split at all."""


def choose_scale(fit_at, x, y, scales, held_out=0.25, seed=0):
    values = []
    for scale in scales:
        colours_at = fit_at(x, y, scale)
        values.append(psnr(colours_at(x), y))
    return scales[values.index(max(values))], values
