"""The package: what is in it, that nothing in it needs a newer libc, that it starts in a tree with nothing else."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import zipfile

from bench import PACKAGE, Bench, run_all

GLIBC_MAX = (2, 34)  # of the oldest provided.al2023
ZIP_MAX = 512 * 1024


def unpacked(folder):
    with zipfile.ZipFile(PACKAGE) as package:
        package.extractall(folder)
    return pathlib.Path(folder) / "bootstrap"


def sanitized():
    with Bench() as bench:
        return bench.sanitized()


def test_files_modes_and_times():
    with zipfile.ZipFile(PACKAGE) as package:
        files = {info.filename: info for info in package.infolist()}
    assert list(files) == ["bootstrap", "roots.pem"]
    assert files["bootstrap"].external_attr >> 16 == 0o100755
    assert files["roots.pem"].external_attr >> 16 == 0o100644
    assert {info.date_time for info in files.values()} == {(1980, 1, 1, 0, 0, 0)}, files


def test_the_same_files_give_the_same_bytes():
    packer = PACKAGE.parent.parent / "tools" / "zt_package"
    with tempfile.TemporaryDirectory() as folder:
        program = unpacked(folder)
        again = pathlib.Path(folder) / "again.zip"
        subprocess.run([packer, again, f"{program}:755", pathlib.Path(folder) / "roots.pem"], check=True)
        assert again.read_bytes() == PACKAGE.read_bytes()


def test_no_symbol_of_a_newer_libc():
    if sanitized():
        return
    with tempfile.TemporaryDirectory() as folder:
        symbols = subprocess.run(["objdump", "-T", unpacked(folder)], check=True, capture_output=True, text=True).stdout
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([0-9.]+)", symbols)}
    assert versions and max(versions) <= GLIBC_MAX, versions


def test_needs_libc_alone():
    if sanitized():
        return
    with tempfile.TemporaryDirectory() as folder:
        dynamic = subprocess.run(["objdump", "-p", unpacked(folder)], check=True, capture_output=True, text=True).stdout
    assert re.findall(r"NEEDED +(\S+)", dynamic) == ["libc.so.6"], dynamic


def test_size():
    assert sanitized() or PACKAGE.stat().st_size <= ZIP_MAX, PACKAGE.stat().st_size


def test_no_trace_of_where_it_was_built():
    if sanitized():
        return
    with tempfile.TemporaryDirectory() as folder:
        assert str(PACKAGE.parent.parent).encode() not in unpacked(folder).read_bytes()


def test_starts_in_a_tree_with_nothing_else():
    if sanitized():
        return
    with Bench() as bench, tempfile.TemporaryDirectory() as tree:
        root = pathlib.Path(tree)
        program = unpacked(bench.folder.name)
        program.chmod(0o755)
        listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
        for library in re.findall(r"(/\S+)", listed):
            target = root / library.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(library, target)
        shutil.copytree(bench.folder.name, root / "var" / "task")
        inside = subprocess.run(["unshare", "-r", "true"], capture_output=True)
        command = ["chroot", tree, "/var/task/bootstrap"]
        if inside.returncode == 0:
            command = ["unshare", "-r"] + command
        bench.environment["LAMBDA_TASK_ROOT"] = "/var/task"
        bench.process = subprocess.Popen(command, env={**bench.environment, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        assert bench.deliver(bench.device()) == "created"


run_all(globals())
