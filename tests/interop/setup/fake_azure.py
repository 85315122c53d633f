"""A stand-in for Microsoft's command lines: fake_azure.py GENERATION WORD…

Each generation has the commands and options of its own documentation and refuses everything else. Behind it is our authority, and
certificates are written as the real ones write them: DER, into a file. Told by the environment what to do:
FAKE_SOCKET, FAKE_TENANT, FAKE_LOG (argv of each call, one JSON a line), FAKE_TROUBLE."""
import http.client
import json
import os
import pathlib
import socket
import ssl
import sys

TROUBLE = os.environ.get("FAKE_TROUBLE", "")
CATALOGS = [{"name": "Lamps", "resourceGroup": "home", "properties": {"tenantId": os.environ["FAKE_TENANT"]}}]
if TROUBLE == "two catalogs":
    CATALOGS.append({"name": "Doors", "resourceGroup": "home", "properties": {"tenantId": "0" * 8}})

# command -> (options that take a value, by all their names; those that must be there)
FILE, CODE = ("--output", "-o"), ("-c", "--verificationcode")
WHERE = (("--resource-group", "-g"), ("--catalog", "-c"))
GENERATIONS = {
    "classic-20.07": {("tenant", "download-ca-certificate"): ([FILE], [FILE]),
                      ("tenant", "download-validation-certificate"): ([FILE, CODE], [FILE, CODE])},
    "classic-20.10": {("ca-certificate", "download"): ([FILE], [FILE]),
                      ("ca-certificate", "download-proof"): ([FILE, ("-c",)], [FILE, ("-c",)]),
                      ("tenant", "select"): ([("-i",)], [("-i",)])},
    "v2": {("ca-certificate", "download"): ([("--destination",), ("--tenant", "-t"), ("--output", "-o")], [("--destination",)]),
           ("ca-certificate", "download-proof"): ([("--destination",), ("--verification-code",), ("--tenant", "-t"), ("--output", "-o")],
                                                  [("--destination",), ("--verification-code",)])},
    "az": {("sphere", "ca-certificate", "download"): ([("--output-file",), *WHERE, ("--name",), ("--output", "-o")], [("--output-file",), *WHERE]),
           ("sphere", "ca-certificate", "download-proof"): ([("--output-file",), ("--verification-code",), *WHERE, ("--output", "-o")],
                                                            [("--output-file",), ("--verification-code",), *WHERE]),
           ("sphere", "catalog", "list"): ([("--output", "-o"), ("--resource-group", "-g")], [])},
    "az-bare": {},
}


class Authority(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ["FAKE_SOCKET"])

    def ask(self, method, path, body=None):
        self.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        return json.loads(self.getresponse().read())


def refuse(*words):
    print(*words, file=sys.stderr)
    sys.exit(2)


def help_of(command, options):
    print(f"Command\n    {' '.join(command)}\n\nArguments")
    for names in options:
        print("    " + " ".join(names) + " : something.")
    sys.exit(1 if TROUBLE == "help is an error" else 0)


def parse(words, options, required):
    given, rest = {}, list(words)
    while rest:
        name = rest.pop(0)
        names = next((names for names in options if name in names), None)
        if names is None or not rest or names in given:
            refuse(f"unrecognized arguments: {name}")
        given[names] = rest.pop(0)
    for names in required:
        if names not in given:
            refuse(f"the following arguments are required: {'/'.join(names)}")
    return {name: value for names, value in given.items() for name in names}


def place_of(path):
    """A Windows program knows Windows' paths alone."""
    if not os.environ.get("FAKE_WINDOWS"):
        return path
    if not path.startswith("W:\\"):
        refuse(f"{path}: the system cannot find the path specified")
    return path[2:].replace("\\", "/")


def write(path, pem):
    if TROUBLE == "nothing written":
        return
    data = b"<html>" if TROUBLE == "garbage" else pem.encode() if TROUBLE == "pem" else ssl.PEM_cert_to_DER_cert(pem)
    pathlib.Path(place_of(path)).write_bytes(data)


def main():
    generation, *words = sys.argv[1:]
    with open(os.environ["FAKE_LOG"], "a", encoding="utf-8") as log:
        print(json.dumps(words), file=log)
    commands = GENERATIONS[generation]
    command = next((c for c in commands if tuple(words[:len(c)]) == c), None)
    if command is None:
        refuse(f"'{' '.join(words[:2])}' is misspelled or not recognized by the system.")
    options, required = commands[command]
    words = words[len(command):]
    if "--help" in words:
        help_of(command, options)
    if TROUBLE == "signed out":
        print("error: nobody is signed in")
        sys.exit(1)
    given = parse(words, options, required)
    if command[-2:] == ("catalog", "list"):
        print(json.dumps(CATALOGS))
        return
    if generation == "az" and (given["--resource-group"], given["--catalog"]) != ("home", "Lamps"):
        refuse("ResourceNotFound")
    tenant, authority = given.get("--tenant") or os.environ["FAKE_TENANT"], Authority("localhost")
    path = given.get("--output-file") or given.get("--destination") or given.get("--output")
    if "proof" in command[-1] or "validation" in command[-1]:
        code = given.get("--verification-code") or given["-c"]
        code = "0" * 64 if TROUBLE == "another code" else code
        write(path, authority.ask("POST", f"/tenants/{tenant}/proof", {"verificationCode": code})["certificate"])
        print("Saved the requested proof of possession certificate")
    else:
        write(path, authority.ask("GET", f"/tenants/{tenant}")["caCertificates"][0]["certificate"])
        print("Saved the requested CA certificate")


main()
