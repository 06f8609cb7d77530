"""The sandbox as a kernel that anything of Jupyter's can start, plain nbgrader among them."""

import json
import os
import sys
import time

import nbformat
import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from dlcourse.grading import sandbox
from dlcourse.grading.sandbox import Unavailable, provisioner


@pytest.fixture
def sandboxed(tmp_path, monkeypatch):
    """A kernel specification named `sandboxed`, found by whatever runs in this process."""
    folder = tmp_path / "jupyter" / "kernels" / "sandboxed"
    folder.mkdir(parents=True)
    config = {"libraries": ["numpy"], "limits": {"memory": 500, "output": 10_000}}
    kernel = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "sandboxed",
        "language": "python",
        "metadata": {
            "kernel_provisioner": {"provisioner_name": "dlcourse-sandbox", "config": config}
        },
    }
    (folder / "kernel.json").write_text(json.dumps(kernel))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))

    class EntryPoint:
        """As the installed package has it; these tests also run from the source tree."""

        name, value = "dlcourse-sandbox", "dlcourse.grading.sandbox.provisioner:SandboxProvisioner"

        def load(self):
            return provisioner.SandboxProvisioner

    known = KernelProvisionerFactory.instance().provisioners
    monkeypatch.setitem(known, "dlcourse-sandbox", EntryPoint())
    return "sandboxed"


def test_the_project_names_it_for_jupyter(root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    entry = project["entry-points"]["jupyter_client.kernel_provisioners"]["dlcourse-sandbox"]
    module, _, name = entry.partition(":")
    assert module == provisioner.__name__
    assert issubclass(getattr(provisioner, name), provisioner.LocalProvisioner)


def run(cells, kernel, folder, **options):
    """The outputs of code cells, as nbclient runs a notebook."""
    cells = [nbformat.v4.new_code_cell(source) for source in cells]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        resources={"metadata": {"path": str(folder)}},
        allow_errors=True,
        **options,
    )
    client.execute()
    return [cell.outputs for cell in notebook.cells]


def test_nbclient_runs_a_notebook_in_it(sandboxed, tmp_path):
    folder = tmp_path / "submitted"
    folder.mkdir()
    (folder / "mine.txt").write_text("my own file")
    (tmp_path / "gradebook.db").write_text("SECRET")
    own, outside, who, much = run(
        [
            "print(open('mine.txt').read())",
            "open('../gradebook.db')",
            "import os; print(os.getuid(), os.uname().nodename)",
            "print('x' * 100_000)",
        ],
        sandboxed,
        folder,
    )
    assert own[0].text == "my own file\n"
    assert outside[0].ename == "FileNotFoundError"
    assert who[0].text == "65534 sandbox\n"
    assert "The rest of the output was cut" in much[0].text
    assert len(much[0].text) < 11_000
    assert sorted(os.listdir(folder)) == ["mine.txt"]


def test_nbclient_sees_it_die(sandboxed, tmp_path):
    folder = tmp_path / "submitted"
    folder.mkdir()
    with pytest.raises(DeadKernelError):
        run(["import os; os._exit(1)", "print('well')"], sandboxed, folder)


def test_a_cell_that_runs_too_long_is_interrupted(sandboxed, tmp_path):
    folder = tmp_path / "submitted"
    folder.mkdir()
    late, after = run(
        ["while True: pass", "print('well')"],
        sandboxed,
        folder,
        timeout=2,
        interrupt_on_timeout=True,
    )
    assert late[-1].ename == "KeyboardInterrupt"
    assert after[0].text == "well\n"


def test_a_manager_starts_it_again(sandboxed, tmp_path):
    manager = KernelManager(kernel_name=sandboxed)
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=30)
        first = manager.provisioner.zone
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=30)
        assert manager.is_alive()
        assert first.ended() is not None
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def test_a_zone_has_a_manager_as_others_have(tmp_path):
    with sandbox.start(sandbox.Policy(libraries=()), tmp_path) as zone:
        manager, client = zone.manager, zone.client()
        assert manager.is_alive()
        assert manager.has_kernel
        asked = client.execute("while True: pass")
        time.sleep(0.3)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=10)
        assert reply["parent_header"]["msg_id"] == asked
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        manager.shutdown_kernel(now=True)
        assert not manager.is_alive()
        assert zone.ended() == ("crashed", "ended by the kernel manager")


def test_a_machine_that_cannot_sandbox_starts_no_kernel(sandboxed, tmp_path, monkeypatch):
    monkeypatch.setattr("dlcourse.grading.sandbox.bubblewrap.program", lambda: None)
    from dlcourse.grading.sandbox import capabilities

    capabilities.probe.cache_clear()
    manager = KernelManager(kernel_name=sandboxed)
    try:
        with pytest.raises(Unavailable, match="bubblewrap is missing"):
            manager.start_kernel(cwd=str(tmp_path))
    finally:
        capabilities.probe.cache_clear()
        manager.cleanup_resources()


def test_its_description_is_a_valid_specification(sandboxed, tmp_path):
    folder = tmp_path / "jupyter" / "kernels" / "sandboxed"
    assert KernelSpec.from_resource_dir(str(folder)).metadata["kernel_provisioner"]
