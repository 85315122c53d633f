"""Shells complete what --help tells: each script is sourced by its shell, which is asked as at the Tab key."""
import pathlib
import shlex
import subprocess
import tempfile

from commands import every_command, told
from world import BIN

ZEROTOUCH = BIN / "zerotouch"


def run(*command, **how):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, check=True, **how).stdout


class Bash:
    def __init__(self, folder):
        self.folder, self.script = folder, folder / "bash"
        self.script.write_text(run(ZEROTOUCH, "completion", "bash"))

    def complete(self, *words):
        typed = " ".join(shlex.quote(word) for word in ("zerotouch", *words))
        return set(run("bash", "--norc", "-uc", f"source {self.script}; COMP_WORDS=({typed}); "
                       "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _zerotouch; printf '%s\\n' \"${COMPREPLY[@]}\"",
                       cwd=self.folder).split())


class Fish:
    def __init__(self, folder):
        self.folder, self.script = folder, folder / "fish"
        self.script.write_text(run(ZEROTOUCH, "completion", "fish"))

    def complete(self, *words):
        typed = " ".join(("zerotouch", *words))
        told = run("fish", "--no-config", "-c", f"source {self.script}; complete -C {shlex.quote(typed)}", cwd=self.folder)
        return {line.partition("\t")[0] for line in told.splitlines()}


class Zsh:
    """_describe and _files are replaced: what they are given is what zsh offers."""
    def __init__(self, folder):
        self.folder, self.script = folder, folder / "zsh"
        self.script.write_text(run(ZEROTOUCH, "completion", "zsh"))

    def complete(self, *words):
        typed = " ".join(shlex.quote(word) for word in ("zerotouch", *words))
        told = run("zsh", "-fc", "compdef() { :; }; _files() { ls; }; _describe() { print -rl -- ${(P)2}; }; "
                   f"source {self.script}; words=({typed}); CURRENT=${{#words}}; _zerotouch", cwd=self.folder)
        found = {line.partition(":")[0] for line in told.splitlines()}
        return {word for word in found if word.startswith(words[-1])}


def check_every_command(shell, commands):
    for verbs in commands:
        names, options = told("zerotouch", *verbs).commands, told("zerotouch", *verbs).options
        assert options or names, verbs
        offered = shell.complete(*verbs, "--")
        assert offered == options | {"--help"}, (verbs, offered ^ options)
        offered = {word for word in shell.complete(*verbs, "") if not word.startswith("-")}
        assert offered == names, (verbs, offered, names)


def check_words(shell):
    assert shell.complete("te") == {"tenant", "teardown"}
    assert shell.complete("tenant", "cl") == {"claim"}
    assert shell.complete("certificates", "prune", "--old") == {"--older-than"}
    assert shell.complete("setup", "--nothing-like-that") == set()


def check_values(shell):
    """Files where a file is wanted, and nothing where nobody can know."""
    (shell.folder / "root.pem").touch()
    assert "root.pem" in shell.complete("setup", "--ca-file", "roo")
    assert shell.complete("setup", "--name", "te") == set()


def main():
    with tempfile.TemporaryDirectory(prefix="zt-completion-") as folder:
        commands = every_command("zerotouch")
        assert len(commands) > 20 and ("tenant", "create") in commands, commands
        bash = Bash(pathlib.Path(folder))
        check_every_command(bash, commands)
        for shell in (Bash, Zsh, Fish):
            it = shell(pathlib.Path(folder))
            check_words(it)
            check_values(it)
            check_every_command(it, [(), ("setup",), ("tenant",), ("policy", "check"), ("certificates",)])
            print(shell.__name__, flush=True)
        (bash.folder / "root.pem").touch()
        assert bash.complete("setup", "--ca-file", "=", "roo") == {"root.pem"}
        assert bash.complete("setup", "--ca-file", "=") >= {"root.pem"}
    refused = subprocess.run([ZEROTOUCH, "completion", "tcsh"], capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 2 and "no command 'tcsh'" in refused.stderr, refused


main()
