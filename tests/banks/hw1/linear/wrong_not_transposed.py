"""The weight is stored as (in, out) in the student's mind."""


def linear(x, weight, bias):
    return x @ weight + bias
