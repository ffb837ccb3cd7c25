"""The speed of an enzyme as a function of the concentration of its substrate, in three models."""


def line(s, slope, offset):
    return slope * s + offset


def michaelis_menten(s, vmax, km):
    return vmax * s / (km + s)


def hill(s, vmax, km, n):
    return vmax * s**n / (km**n + s**n)


# Each model with the names of its parameters and where the search for them begins.
MODELS = {
    "line": (line, {"slope": 0.1, "offset": 0.0}),
    "michaelis_menten": (michaelis_menten, {"vmax": 1.0, "km": 1.0}),
    "hill": (hill, {"vmax": 1.0, "km": 1.0, "n": 1.0}),
}
