"""Zones that were started ahead hold nothing of another submission's."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from dlcourse.grading import sandbox
from dlcourse.grading.sandbox import processes


def hand_in(tmp_path, name):
    folder = tmp_path / "submitted" / name
    folder.mkdir(parents=True)
    (folder / "name.txt").write_text(name)
    return folder


def test_each_submission_gets_a_zone_that_nobody_had(tmp_path, conversation):
    place = tmp_path / "zones"
    place.mkdir()
    leave = "open('/tmp/left', 'w').write('x'); import builtins; builtins.left = 1"
    look = """
    import os, builtins
    print(open("name.txt").read(), os.listdir(), os.listdir("/tmp"), hasattr(builtins, "left"))
    """
    seen = []
    with sandbox.Pool(sandbox.Policy(libraries=()), place) as pool:
        for name in ("ada", "grace"):
            with pool.take(hand_in(tmp_path, name)) as zone:
                talk = conversation(zone)
                seen.append(talk.run(look)[1])
                assert talk.run(leave)[0] == "ok"
    assert seen == [
        "ada ['name.txt'] [] False\n",
        "grace ['name.txt'] [] False\n",
    ]
    assert os.listdir(place) == []


def test_a_waiting_zone_costs_no_time_of_the_submissions(tmp_path, conversation):
    policy = sandbox.Policy(libraries=(), limits=sandbox.Limits(seconds=3))
    with sandbox.Pool(policy, tmp_path) as pool:
        time.sleep(2)
        with pool.take(hand_in(tmp_path, "ada")) as zone:
            talk = conversation(zone)
            assert talk.run("import time; time.sleep(1.5); print('well')")[1] == "well\n"


def test_what_was_imported_ahead_works_as_if_it_had_not_been(tmp_path):
    policy = sandbox.Policy(
        libraries=("numpy", "matplotlib"), preload=("numpy", "matplotlib.pyplot")
    )
    with sandbox.Pool(policy, tmp_path) as pool, pool.take(hand_in(tmp_path, "ada")) as zone:
        client, kinds, text = zone.client(), [], []

        def take(message):
            kinds.append(message["msg_type"])
            text.append(message["content"].get("text", ""))

        code = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('a'); plt.show()"
        client.execute_interactive(code, output_hook=take, timeout=60)
        assert "display_data" in kinds
        assert "".join(text) == ""


@pytest.fixture
def workplace():
    """A folder with a short name: a zone moves elsewhere when its sockets' names get too long."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder).resolve()


def test_closing_ends_those_that_wait_and_no_others(tmp_path, workplace, conversation):
    others = set(processes.children(os.getpid()))
    pool = sandbox.Pool(sandbox.Policy(libraries=()), workplace, size=2)
    zone = pool.take(hand_in(tmp_path, "ada"))
    pool.close()
    assert zone.ended() is None
    assert conversation(zone).run("print('well')")[1] == "well\n"
    assert len([name for name in os.listdir(workplace) if name.startswith("zone-")]) == 1
    zone.kill()
    assert set(processes.children(os.getpid())) <= others
    with pytest.raises(RuntimeError, match="the pool is closed"):
        pool.take(tmp_path)


def test_a_pool_has_no_submission_of_its_own(tmp_path):
    with pytest.raises(ValueError, match="a pool's policy has no files"):
        sandbox.Pool(sandbox.Policy(files=tmp_path), tmp_path)


def test_a_zone_takes_one_submission(tmp_path):
    holds = pytest.raises(RuntimeError, match="a zone holds one submission")
    with sandbox.start(sandbox.Policy(libraries=()), tmp_path) as zone, holds:
        zone.assign(tmp_path)
