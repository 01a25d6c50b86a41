"""Distances between samples, tests with their p-values, intervals: arrays in, numbers out.

::

    two_samples        how far two samples of numbers lie apart, and whether by chance
    shares             the same for counts in categories, and for a share that rose
    batch_means        how many independent rows a sequence of dependent ones is worth
    classifier_test    whether a classifier tells the rows of two tables apart

Needs numpy, scipy and scikit-learn only, and knows nothing of frames.
"""
