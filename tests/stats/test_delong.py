import numpy as np
import pytest

from mlctl.stats.delong import area_and_parts, weighted_area_and_parts

# DeLong, DeLong and Clarke-Pearson (1988), 43 complete records of ovarian cancer: albumin, total protein, K-G
# score and outcome, as the SAS/STAT manual prints them (PROC LOGISTIC, "Comparing ROC Curves").
OVARIAN = np.fromstring(
    """
    3.0 5.8 10 0   3.2 6.3  5 1   3.9 6.8  3 1   2.8 4.8  6 0   3.2 5.8  3 1   0.9 4.0  5 0   2.5 5.7  8 0
    1.6 5.6  5 1   3.8 5.7  5 1   3.7 6.7  6 1   3.2 5.4  4 1   3.8 6.6  6 1   4.1 6.6  5 1   3.6 5.7  5 1
    4.3 7.0  4 1   3.6 6.7  4 0   2.3 4.4  6 1   4.2 7.6  4 0   4.0 6.6  6 0   3.5 5.8  6 1   3.8 6.8  7 1
    3.0 4.7  8 0   4.5 7.4  5 1   3.7 7.4  5 1   3.1 6.6  6 1   4.1 8.2  6 1   4.3 7.0  5 1   4.3 6.5  4 1
    3.2 5.1  5 1   2.6 4.7  6 1   3.3 6.8  6 0   1.7 4.0  7 0   3.7 6.1  5 1   3.3 6.3  7 1   4.2 7.7  6 1
    3.5 6.2  5 1   2.9 5.7  9 0   2.1 4.8  7 1   2.8 6.2  8 0   4.0 7.0  7 1   3.3 5.7  6 1   3.7 6.9  5 1
    3.6 6.6  5 1
    """,
    sep=" ",
).reshape(-1, 4)
HITS = OVARIAN[:, 3] == 1
ALBUMIN, PROTEIN, SCORE = OVARIAN[:, 0], OVARIAN[:, 1], 10 - OVARIAN[:, 2]


def variance(hits, parts):
    return sum(parts[own].var(ddof=1) * own.sum() / len(hits) ** 2 for own in (hits, ~hits))


def brute(hits, one, other):
    """Return both areas and DeLong's covariance pair by pair, as the paper defines them."""
    placed = []
    for ranks in (one, other):
        above = ranks[hits][:, None] - ranks[~hits][None, :]
        wins = (above > 0) + 0.5 * (above == 0)
        placed.append((wins.mean(), wins.mean(axis=1), wins.mean(axis=0)))
    (first, v10, v01), (second, w10, w01) = placed
    return first, second, np.cov(v10, w10) / hits.sum() + np.cov(v01, w01) / (~hits).sum()


@pytest.mark.parametrize(
    ("ranks", "area", "error"),
    [(ALBUMIN, 0.7366, 0.0927), (SCORE, 0.7258, 0.1028), (PROTEIN, 0.6478, 0.1000)],
)
def test_the_published_areas_and_standard_errors(ranks, area, error):
    found, parts = area_and_parts(HITS, ranks)
    assert found == pytest.approx(area, abs=5e-5)
    assert variance(HITS, parts) ** 0.5 == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize(
    ("ranks", "difference", "error"), [(ALBUMIN, 0.0108, 0.0953), (PROTEIN, -0.0780, 0.1046)]
)
def test_the_published_differences_from_the_k_g_score(ranks, difference, error):
    (one, of_one), (other, of_other) = area_and_parts(HITS, SCORE), area_and_parts(HITS, ranks)
    assert other - one == pytest.approx(difference, abs=5e-5)
    assert variance(HITS, of_other - of_one) ** 0.5 == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize("levels", [4, 1000])
def test_it_is_the_sum_over_all_pairs_with_ties_or_without(levels):
    rng = np.random.default_rng(levels)
    hits = rng.random(150) < 0.3
    one, other = rng.integers(0, levels, (2, 150)).astype(float) + 0.3 * levels * hits
    first, second, covariance = brute(hits, one, other)
    (area_one, parts_one), (area_other, parts_other) = area_and_parts(hits, one), area_and_parts(hits, other)
    assert (area_one, area_other) == pytest.approx((first, second))
    assert variance(hits, parts_one) == pytest.approx(covariance[0, 0])
    difference = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert variance(hits, parts_other - parts_one) == pytest.approx(difference)


def test_the_weighted_mean_of_two_classes_is_the_one_area():
    ranks = np.column_stack([-ALBUMIN, ALBUMIN])
    area, parts = weighted_area_and_parts(HITS.astype(int), ranks)
    one, own = area_and_parts(HITS, ALBUMIN)
    assert area == pytest.approx(one)
    assert parts == pytest.approx(own)


def test_the_parts_of_many_classes_are_the_spread_of_redrawn_rows():
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, 600)
    ranks = rng.normal(size=(600, 3)) + np.eye(3)[truth]
    _, parts = weighted_area_and_parts(truth, ranks)
    drawn = [
        weighted_area_and_parts(truth[rows], ranks[rows])[0] for rows in rng.integers(0, 600, (400, 600))
    ]
    assert parts.mean() == pytest.approx(0, abs=1e-12)
    assert parts.std() / 600**0.5 == pytest.approx(np.std(drawn), rel=0.1)
