"""By places in the list."""


def diagnosis():
    places = {"B": 5, "C": 6, "D": 2, "E": 1, "F": 4, "G": 3, "H": 7, "A": 0}
    return {run: DIAGNOSES[place] for run, place in places.items()}
