"""What --help tells of our programs, and whether a command line that somebody wrote fits it."""
import functools
import re
import subprocess

from world import BIN

PROGRAMS = ("zerotouch", "zerotouch-device", "zerotouch-cloud", "zerotouch-attest")


class Told:
    """One --help."""

    def __init__(self, text):
        self.text = text
        self.commands = set(re.findall(r"^  ([a-z-]+) +\S", text.partition("\nCommands:\n")[2].partition("\n\n")[0], re.M))
        rows = re.findall(r"^  (?:-(\w), |    )--([a-z0-9-]+)( [A-Z|a-z=-]+(?= |$))?", text.partition("\nOptions:\n")[2], re.M)
        self.options = {f"--{name}" for _, name, _ in rows}
        self.letters = {f"-{letter}" for letter, _, _ in rows if letter}
        self.examples = text.partition("\nExamples:\n")[2].partition("\n\n")[0]


@functools.lru_cache(maxsize=None)
def told(program, *verbs):
    done = subprocess.run([BIN / program, *verbs, "--help"], capture_output=True, text=True, timeout=60, check=True)
    return Told(done.stdout)


def every_command(program):
    """All commands of it by their words, the program itself first."""
    found, todo = [], [()]
    while todo:
        verbs = todo.pop(0)
        found.append(verbs)
        todo += [(*verbs, verb) for verb in sorted(told(program, *verbs).commands)]
    return found


def misfits(program, words):
    """What of a command line's words --help does not know."""
    verbs = ()
    while words and words[0] in told(program, *verbs).commands:
        verbs, words = (*verbs, words[0]), words[1:]
    known = told(program, *verbs)
    if known.commands and words and (not words[0] or words[0].isupper() or words[0][0] == "%"):
        return []  # "zerotouch … --json", "zerotouch COMMAND --help": of several
    if known.commands and not known.options and words and not words[0].startswith("-"):
        return [words[0]]
    options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    allowed = known.options | known.letters | {"--help", "--version"}
    return [option for option in options if option not in allowed and option[:2] not in known.letters]


def command_lines(text):
    """(program, words) of each of our programs' calls in a text: words end with the command."""
    text = text.replace("\\\n", " ")
    # What stands in quotes is one word, unless it is a command of ours itself.
    text = re.sub(r"""'[^'\n]*'|"[^"\n]*\"""", lambda quoted: quoted[0] if "zerotouch" in quoted[0] else "QUOTED", text)
    for found in re.finditer(rf"(?<![\w-])({'|'.join(sorted(PROGRAMS, reverse=True))})( [^\n|;&<>`()]*)", text):
        yield found[1], [word.strip("\"',.:[]…") for word in found[2].split()]
