"""What is done to the rows before a model sees them."""


def preprocess(frame):
    """Add the area of a petal; each row by itself."""
    frame["petal area"] = frame["petal length (cm)"] * frame["petal width (cm)"]
    return frame
