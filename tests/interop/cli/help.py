"""--help of every command is whole, and what it, the documentation and the programs' own advice tell people to type exists."""
import pathlib
import re

from commands import PROGRAMS, command_lines, every_command, misfits, told

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_every_help_is_whole():
    for program in PROGRAMS:
        for verbs in every_command(program):
            text = told(program, *verbs).text
            name = " ".join((program, *verbs))
            assert f"\nUsage: {name} " in text or f"\nUsage: {name}\n" in text, name
            if not told(program, *verbs).options:
                assert told(program, *verbs).commands, name
                continue
            usage = text.partition("\nUsage: ")[2].partition("\n\n")[0]
            own = told(program, *verbs).options - {"--help"}
            assert not own or "[options]" in usage or own <= set(re.findall(r"--[a-z-]+", usage)), (name, usage)
            examples = told(program, *verbs).examples
            assert name in examples and "\nExit status:\n" in text, name
            assert max(map(len, usage.splitlines())) <= 120, name


def assert_fits(where, text):
    count = 0
    for program, words in command_lines(text):
        wrong = misfits(program, words)
        assert not wrong, f"{where}: {program} {' '.join(words)}: there is no {wrong}"
        count += 1
    return count


def test_examples_exist():
    for program in PROGRAMS:
        for verbs in every_command(program):
            assert_fits((program, *verbs), told(program, *verbs).examples)


def test_documentation_shows_commands_that_exist():
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text()
        code = re.findall(r"^```(?:sh|text)?\n(.*?)^```", text, re.M | re.S)
        code += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
        print(path.name, sum(assert_fits(path.name, one) for one in code))


def test_advice_of_the_programs_exists():
    """Remedies and the like: what stands in the sources' string literals. There a sentence may begin with a command's name."""
    count = 0
    for path in sorted((ROOT / "src").rglob("*.[ch]")):
        literals = re.sub(r'"\s*\n?\s*"', "", path.read_text())
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', literals):
            for program, words in command_lines(literal.replace("\\n", "\n").replace('\\"', "'")):
                wrong = [word for word in misfits(program, words) if word.startswith("--")]
                assert not wrong, f"{path}: {program} {' '.join(words)}: there is no {wrong}"
                count += any(word.startswith("--") for word in words)
    assert count > 30, count


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            print(name, flush=True)
            test()


main()
