"""The package: what is in it, that nothing in it needs a newer libc, that it starts in a tree with nothing else.

package.py arm64 says the same of the one for arm64, which it builds: that needs Debian's arm64 libraries, and where no mirror
gives them the test is skipped.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import bench as x86_64
from bench import Bench, run_all

GLIBC_MAX = (2, 34)  # of the oldest provided.al2023
ZIP_MAX = 512 * 1024
SKIPPED = 77
ARM64 = sys.argv[1:] == ["arm64"]
BUILD = x86_64.PACKAGE.parent.parent
PACKAGE = x86_64.PACKAGE.parent / "arm64" / "bootstrap.zip" if ARM64 else x86_64.PACKAGE
LOADERS = {"ld-linux-aarch64.so.1", "ld-linux-x86-64.so.2"}  # they belong to libc


def build_for_arm64():
    done = subprocess.run(["cmake", "--build", BUILD, "--target", "lambda_arm64"], capture_output=True, text=True)
    if done.returncode == 0:
        return
    print(done.stdout, done.stderr)
    sys.exit(SKIPPED if "no Debian mirror gave" in done.stdout + done.stderr else 1)


def unpacked(folder):
    with zipfile.ZipFile(PACKAGE) as package:
        package.extractall(folder)
    return pathlib.Path(folder) / "bootstrap"


def sanitized():
    with Bench(package=PACKAGE) as bench:
        return bench.sanitized()


def readelf(what):
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(["readelf", "-W", what, unpacked(folder)], check=True, capture_output=True, text=True).stdout


def test_files_modes_and_times():
    with zipfile.ZipFile(PACKAGE) as package:
        files = {info.filename: info for info in package.infolist()}
    assert list(files) == ["bootstrap", "roots.pem"]
    assert files["bootstrap"].external_attr >> 16 == 0o100755
    assert files["roots.pem"].external_attr >> 16 == 0o100644
    assert {info.date_time for info in files.values()} == {(1980, 1, 1, 0, 0, 0)}, files


def test_the_same_files_give_the_same_bytes():
    packer = BUILD / "tools" / "zt_package"
    with tempfile.TemporaryDirectory() as folder:
        program = unpacked(folder)
        again = pathlib.Path(folder) / "again.zip"
        subprocess.run([packer, again, f"{program}:755", pathlib.Path(folder) / "roots.pem"], check=True)
        assert again.read_bytes() == PACKAGE.read_bytes()


def test_no_symbol_of_a_newer_libc():
    if sanitized():
        return
    versions = {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([0-9.]+)", readelf("-V"))}
    assert versions and max(versions) <= GLIBC_MAX, versions


def test_needs_libc_alone():
    if sanitized():
        return
    needed = set(re.findall(r"\(NEEDED\).*\[(\S+)\]", readelf("-d")))
    assert needed - LOADERS == {"libc.so.6"}, needed


def test_machine():
    assert ("AArch64" if ARM64 else "X86-64") in readelf("-h")


def test_size():
    assert sanitized() or PACKAGE.stat().st_size <= ZIP_MAX, PACKAGE.stat().st_size


def test_no_trace_of_where_it_was_built():
    if sanitized():
        return
    with tempfile.TemporaryDirectory() as folder:
        assert str(BUILD).encode() not in unpacked(folder).read_bytes()


def libc_of(program):
    """Where this machine has the loader and the libc of the program -> where they belong."""
    if ARM64:
        return {f"/usr/aarch64-linux-gnu/lib/{name}": f"lib/{name}" for name in ("ld-linux-aarch64.so.1", "libc.so.6")}
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return {library: library.lstrip("/") for library in re.findall(r"(/\S+)", listed)}


def command_in(tree):
    """Another architecture's program runs in Debian's static emulator."""
    inside = ["/var/task/bootstrap"]
    if ARM64:
        shutil.copy2("/usr/bin/qemu-aarch64-static", tree)
        inside = ["/qemu-aarch64-static"] + inside
    may_unshare = subprocess.run(["unshare", "-r", "true"], capture_output=True).returncode == 0
    return (["unshare", "-r"] if may_unshare else []) + ["chroot", tree] + inside


def test_starts_in_a_tree_with_nothing_else():
    if sanitized():
        return
    with Bench(package=PACKAGE) as bench, tempfile.TemporaryDirectory() as tree:
        root = pathlib.Path(tree)
        for library, place in libc_of(bench.program).items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(library, root / place)
        shutil.copytree(bench.folder.name, root / "var" / "task")
        bench.environment["LAMBDA_TASK_ROOT"] = "/var/task"
        bench.process = subprocess.Popen(command_in(tree),
                                         env={**bench.environment, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        assert bench.deliver(bench.device()) == "created"


if ARM64:
    build_for_arm64()
run_all(globals())
