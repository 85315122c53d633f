"""The port for microcontrollers compiles for one: newlib, no POSIX; only socket.c wants BSD sockets."""
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
CODE_MAX = 2048  # bytes, beside mbedTLS


class CortexM(unittest.TestCase):
    def test_it_compiles_and_stays_small(self):
        with tempfile.TemporaryDirectory(prefix="zt-") as name:
            folder, code = pathlib.Path(name), 0
            (folder / "mbedtls").symlink_to("/usr/include/mbedtls")
            for source in ("dates", "identity", "stream"):
                subprocess.run(["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-Os", "-std=gnu11", "-Wall", "-Wextra", "-Wconversion",
                                "-Werror", "-I", ROOT / "include", "-I", ROOT / "src", "-isystem", folder, "-c",
                                ROOT / f"src/port/mbedtls/{source}.c", "-o", folder / f"{source}.o"], check=True, timeout=60)
                told = subprocess.run(["arm-none-eabi-size", folder / f"{source}.o"], check=True, capture_output=True, timeout=60).stdout
                code += int(told.split(b"\n")[1].split()[0])
            self.assertLess(code, CODE_MAX)


if __name__ == "__main__":
    unittest.main()
