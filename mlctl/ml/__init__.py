"""Arrays and frames in, numbers and estimators out: splits, folds, preprocessing, rungs, scores."""
