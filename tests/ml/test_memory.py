import os

import pytest

from mlctl.ml import memory


@pytest.fixture
def machine_of(tmp_path, monkeypatch):
    """A machine, or a container, with so many bytes of memory."""

    def make(text):
        limit = tmp_path / "memory.max"
        limit.write_text(text)
        monkeypatch.setattr(memory, "CGROUP_LIMIT", limit)

    return make


def test_what_is_asked_for_is_for_each_worker():
    assert memory.share(1.5, 64) == 1_500_000_000


def test_a_large_machine_is_shared_out(machine_of, monkeypatch):
    monkeypatch.setattr(os, "sysconf", lambda name: {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1 << 24}[name])
    machine_of("max\n")
    assert memory.share(None, 4) == int(0.8 * (64 << 30)) // 4


def test_each_worker_may_take_two_gigabytes_where_there_are_as_many(machine_of):
    machine_of(str(4 << 30))
    assert memory.share(None, 64) == 2 << 30


def test_a_small_container_is_not_exceeded(machine_of):
    machine_of(str(1 << 30))
    assert memory.share(None, 2) == int(0.8 * (1 << 30))


def test_without_a_container_the_machine_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "CGROUP_LIMIT", tmp_path / "none")
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory.share(None, 1) == max(int(0.8 * installed), min(2 << 30, int(0.8 * installed)))
