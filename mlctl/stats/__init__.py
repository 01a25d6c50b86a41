"""Distances between samples, tests with their p-values, intervals: arrays in, numbers out.

::

    two_samples        how far two samples of numbers lie apart, and whether by chance
    shares             the same for counts in categories, and for a share that rose
    batch_means        how many independent rows a sequence of dependent ones is worth
    classifier_test    whether a classifier tells the rows of two tables apart

    paired             how far one model is ahead of another on the same rows, with bounds
    answers            one model's answers, ready for one metric
    pairs              bounds for accuracy: rows in which only one of two models is right
    cells              bounds for F1 and the like: draws of the outcome cells
    delong             the area under the ROC curve, and each row's part in its error
    labels, influence  the same for the other metrics
    bounds, blocks     bounds from such parts, of rows and of days or weeks
    power              what a gate on such rows finds

Needs numpy, scipy and scikit-learn only, and knows nothing of frames.
"""
