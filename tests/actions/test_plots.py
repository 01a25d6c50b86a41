import json
import subprocess
import sys
import time

import pytest

from mlctl.actions.plots import draw, figures_of
from mlctl.domain.insight import Importance, LearningCurve, Loss, Step
from mlctl.errors import NotFoundError
from mlctl.store.store import init
from tests.actions import held

NUMBERS = "row,actual,predicted\n" + "".join(f"{at},{at},{at + 1}\n" for at in range(50))
LETTERS = "row,actual,predicted\n" + "".join(f"{at},{chr(97 + at % 26)},a\n" for at in range(260))


@pytest.fixture
def store(tmp_path):
    return init(tmp_path / "mlstore", held.NOW)[0]


def figures(store, made):
    peers = store.experiments("shop", "kind").records
    return figures_of(store, made, peers, clock=time.monotonic, seconds=0.0, on_measuring=lambda: None)


def keys(found):
    return [one.key for one in found.figures]


@pytest.mark.parametrize(
    ("predictions", "task", "expected"),
    [
        (held.YES_NO, "classification", ["confusion_matrix", "roc", "precision_recall", "calibration"]),
        (LETTERS, "classification", ["confusion_matrix"]),
        (NUMBERS, "regression", ["predicted_actual", "residuals"]),
        ("nonsense", "regression", []),
    ],
)
def test_the_figures_are_chosen_by_task(store, predictions, task, expected):
    found = figures(store, held.experiment(store, predictions=predictions, task=task))
    assert keys(found) == expected
    assert len(found.notes) == (not expected)


def test_probabilities_that_are_none_leave_the_matrix(store):
    found = figures(store, held.experiment(store, predictions=held.YES_NO.replace("0.1", "nan")))
    assert keys(found) == ["confusion_matrix"]
    assert "its probabilities are left out" in found.notes[0]


def with_insight(store, made, late=(), missing=()):
    found = Importance("accuracy_score", 9, 0.9, (Loss(("a",), 0.2, 0.01),), None, late)
    curve = LearningCurve("accuracy_score", 9, "random", (Step(50, (0.8,)), Step(100, (0.9,))), missing)
    made = store.add_report(made, "importance", "importance.json", json.dumps(found.to_dict()))
    return store.add_report(made, "learning_curve", "learning_curve.json", json.dumps(curve.to_dict()))


def test_plots_are_drawn_once_and_named_in_the_record(store):
    made = with_insight(store, held.experiment(store))
    before = figures(store, made)
    after, paths = draw(store, before)
    assert [path.name for path in paths] == [
        "confusion_matrix.png", "roc.png", "precision_recall.png", "calibration.png", "learning_curve.png",
        "importance.png",
    ]  # fmt: skip
    assert all(path.parent == store.experiment_directory(made) / "reports" / "plots" for path in paths)
    assert after.experiment.artifact_file_paths["plot_roc"] == "reports/plots/roc.png"
    stamps = [path.stat().st_mtime_ns for path in paths]
    again, same = draw(store, after)
    assert (again.experiment, same) == (after.experiment, paths)
    assert [path.stat().st_mtime_ns for path in same] == stamps
    paths[0].unlink()
    assert draw(store, again)[1] == paths
    store.verify(after.experiment)


def test_what_the_time_cut_short_is_not_kept_as_a_plot(store):
    found = figures(store, with_insight(store, held.experiment(store), late=("b",), missing=(25,)))
    assert found.unfinished == ("importance", "learning_curve")
    assert keys(found)[-2:] == ["learning_curve", "importance"]
    assert [path.stem for path in draw(store, found)[1]] == keys(found)[:-2]


def test_what_is_kept_is_drawn_without_what_training_needs(store):
    made = with_insight(store, held.experiment(store))
    script = (
        "import sys, time; from pathlib import Path; from mlctl.store.store import find;"
        "from mlctl.actions.plots import figures_of;"
        "s = find(Path.cwd(), explicit=Path(sys.argv[1]), environ={});"
        "e = s.experiments('shop').records; f = figures_of(s, e[0], e, clock=time.monotonic, seconds=0.0,"
        "on_measuring=print); print(len(f.figures), [m for m in ('sklearn', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, store.root], capture_output=True, text=True, check=True
    )
    assert (done.stdout, made.status) == ("6 []\n", "finished")


def test_nothing_to_draw_is_an_error(store):
    held.experiment(store)
    failed = store.new_experiment(store.model("shop", "kind"), None, held.NOW, rung="svc").fail(
        "timeout", "late"
    )
    found = figures(store, failed)
    with pytest.raises(NotFoundError, match=r"has nothing to draw: .* it is failed"):
        draw(store, found)
