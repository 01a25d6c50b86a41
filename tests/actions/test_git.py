import subprocess

import pytest

from mlctl.actions import git


@pytest.fixture
def repository(tmp_path):
    def run(*words):
        subprocess.run(["git", "-C", tmp_path, *words], check=True, capture_output=True)

    run("init", "-b", "main")
    run("config", "user.email", "a@example.org")
    run("config", "user.name", "a")
    (tmp_path / "train.py").write_text("one\n")
    (tmp_path / ".gitignore").write_text("")
    run("add", ".")
    run("commit", "-m", "first")
    return tmp_path


def test_outside_a_repository_everything_is_empty(tmp_path):
    assert git.state(tmp_path) == git.GitState()


def test_without_git_everything_is_empty(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.state(tmp_path) == git.GitState()


def test_a_clean_tree(repository):
    state = git.state(repository)
    assert len(state.commit) == 40
    assert (state.branch, state.dirty, state.diff) == ("main", False, b"")
    assert state.to_dict() == {"commit": state.commit, "branch": "main", "dirty": False}


def test_changes_are_kept_as_a_diff(repository):
    (repository / "train.py").write_text("two\n")
    state = git.state(repository)
    assert state.dirty
    assert b"-one\n+two" in state.diff


def test_a_file_that_git_does_not_know_makes_a_tree_dirty(repository):
    (repository / "new.py").write_text("x")
    assert git.state(repository).dirty


def test_from_a_folder_below_the_whole_tree_counts(repository):
    (repository / "sub").mkdir()
    (repository / "sub" / "params.yaml").write_text("x")
    (repository / "train.py").write_text("two\n")
    assert b"+two" in git.state(repository / "sub").diff


def test_the_store_does_not_make_a_tree_dirty(repository):
    store = repository / "mlstore"
    store.mkdir()
    (store / "FORMAT").write_text("x")
    assert not git.state(repository, ignore=store).dirty
    assert git.state(repository).dirty


def test_a_store_elsewhere_is_no_matter(repository, tmp_path_factory):
    assert not git.state(repository, ignore=tmp_path_factory.mktemp("elsewhere")).dirty
