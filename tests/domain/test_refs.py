import pytest

from mlctl.domain.records import Experiment
from mlctl.domain.refs import Reference, best_first, latest_first, latest_ladder, resolve
from mlctl.errors import NotFoundError


def experiment(number, score=None, *, rung="svc", ladder="a", metric="accuracy_score", **more):
    folds = {"mean": score, "std": 0.0, "folds": [score]}
    return Experiment(
        experiment_id=f"{number:032x}",
        model_id="m",
        model_version_id=f"iris_3f9a1c_{number}",
        created_datetime="t",
        rung=rung,
        metric=metric,
        ladder_id=ladder,
        evaluations={} if score is None else {"cross_validation": {metric: folds}},
        project_name="iris",
        model_name="species",
        **({"status": "finished"} | more),
    )


OLD = experiment(1, 0.3, rung="dummy", ladder="old")
DUMMY = experiment(2, 0.33, rung="dummy")
GOOD = experiment(3, 0.97)
BEST = experiment(12, 0.99)
RUNNING = experiment(13, status="running")
SLOW = experiment(11, 1.0, eligible={"ok": False, "reasons": ["too slow"]})
ALL = [BEST, OLD, DUMMY, GOOD, RUNNING, SLOW]


def find(text, **more):
    return resolve(Reference.parse(text), ALL, **more)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("iris_3f9a1c_3", GOOD),
        ("3", GOOD),
        ("12", BEST),
        ("iris_3f9a1c_12", BEST),
        ("latest", BEST),
        ("best", BEST),
        ("baseline", DUMMY),
    ],
)
def test_each_form_finds_its_experiment(text, found):
    assert find(text) is found


def test_a_full_name_wins_over_the_longer_names_that_it_begins():
    assert find("iris_3f9a1c_1") is OLD


def test_a_unique_prefix_is_enough():
    assert resolve(Reference.parse("iris_3"), [GOOD]) is GOOD


def test_champion_and_recommended_are_looked_up():
    assert find("champion", champion="iris_3f9a1c_3") is GOOD
    assert find("recommended", recommended=lambda: "iris_3f9a1c_12") is BEST


def test_an_ambiguous_prefix_names_the_candidates():
    with pytest.raises(NotFoundError, match=r"iris/species:iris_3f9a1c_12, .* and 1 more"):
        find("iris_")


def test_what_is_not_found_names_the_nearest():
    with pytest.raises(NotFoundError, match=r"no experiment .iris_3f9a1d_3.; there are .*iris_3f9a1c_3"):
        find("iris_3f9a1d_3")


def test_an_empty_store_says_so():
    with pytest.raises(NotFoundError, match="no experiment '7' in this store"):
        resolve(Reference.parse("7"), [])


@pytest.mark.parametrize("word", ["latest", "best", "champion", "baseline", "recommended"])
def test_a_word_without_its_experiment_says_what_to_do(word):
    with pytest.raises(NotFoundError, match=f"no {word} experiment") as told:
        resolve(Reference.parse(word), [])
    assert told.value.hint


def test_a_reference_may_name_its_model():
    assert Reference.parse("iris/species:12") == Reference("iris/species", "12")
    assert not Reference.parse("12").is_word


def test_experiments_sort_by_number_not_by_text():
    assert latest_first([GOOD, BEST])[0] is BEST


def test_a_name_that_is_no_version_id_sorts_last():
    foreign = Experiment("e", "m", "foreign", "t")
    assert latest_first([foreign, GOOD])[-1] is foreign


def test_the_latest_ladder_holds_its_finished_rungs_in_order():
    assert latest_ladder(ALL) == [DUMMY, GOOD, SLOW, BEST]
    assert latest_ladder([]) == []


def test_only_scores_in_one_metric_are_ranked():
    loss = experiment(20, 0.1, metric="log_loss")
    assert best_first([GOOD, loss]) == [loss]
