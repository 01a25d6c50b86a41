import os
from dataclasses import replace

import pytest

from mlctl import files
from mlctl.store.layout import LOG
from mlctl.store.liveness import is_alive, own_process


@pytest.fixture
def log(tmp_path):
    log = files.HeldLog(tmp_path / LOG)
    yield log
    log.close()


def test_a_locked_log_is_life_and_a_free_one_is_not(site, tmp_path, log):
    tree = {"process": own_process(site)}
    assert tree["process"] == {"host": os.uname().nodename, "pid": os.getpid()}
    assert is_alive(site, tree, tmp_path)
    log.close()
    assert not is_alive(site, tree, tmp_path)


@pytest.mark.parametrize(("age", "alive"), [(0, True), (299, True), (301, False)])
def test_another_host_is_alive_while_it_touches_its_log(site, tmp_path, log, age, alive):
    log.close()
    touched = (tmp_path / LOG).stat().st_mtime
    later = replace(site, clock=lambda: touched + age)
    assert is_alive(later, {"process": {"host": "elsewhere", "pid": 1}}, tmp_path) is alive
    assert not is_alive(later, {"process": {"host": site.host, "pid": 1}}, tmp_path)


@pytest.mark.parametrize(
    "tree", [{}, {"process": None}, {"process": "x"}, {"process": {"host": "elsewhere"}}]
)
def test_without_a_process_or_a_log_it_is_dead(site, tmp_path, tree):
    assert not is_alive(site, tree, tmp_path)
