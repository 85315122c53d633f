"""The same environment for botocore and for us: the same keys. And what is wrong is told with its cause, by us."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import botocore.session

from machine import EXPIRATION, Machine

PROGRAM = sys.argv[1]
FOLDER = tempfile.TemporaryDirectory()
PLACE = pathlib.Path(FOLDER.name)
MACHINE = Machine()
ROLE = "arn:aws:iam::123456789012:role/deploy"
KEYS = "aws_access_key_id = {0}\naws_secret_access_key = secret/{0}\n"
SOURCE = "[base]\n" + KEYS.format("AKIDBASE")
ENVIRONMENT_KEYS = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "secret-of-env"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": MACHINE.url + "/container?of=me",
             "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic dG9rZW4="}
INSTANCE = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": MACHINE.url + "/"}


def file(name, text, mode=0o600):
    path = PLACE / name
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def process(output, status=0):
    """A program that prints `output`, wherever PATH leads."""
    name = f"process-{abs(hash((output, status)))}"
    return file(name, f"#!/bin/sh\ncat <<'E'\n{output}\nE\nexit {status}\n", 0o700)


PRINTED = process(json.dumps({"Version": 1, "AccessKeyId": "AKIDPROC", "SecretAccessKey": "s", "SessionToken": "t",
                              "Expiration": "2099-01-31T13:00:00+01:00"}))
PLAIN = process('{"Version":1,"AccessKeyId":"AKIDPLAIN","SecretAccessKey":"secret of plain"}')
ECHO = file("echo words", '#!/bin/sh\nprintf \'{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s"}\' "$1" "$2"\n', 0o700)
TOKEN = file("web-token", "header.claims.signature\n".strip())
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": TOKEN, "AWS_ROLE_ARN": ROLE}


def role(more, name="deploy"):
    return f"[profile {name}]\nrole_arn = {ROLE}-{name}\n{more}\n"


# name: (environment, credentials file, config file, profile by option)
SAME = {
    "environment": (ENVIRONMENT_KEYS, "", "", None),
    "environment with a session": ({**ENVIRONMENT_KEYS, "AWS_SESSION_TOKEN": "tok/en=="}, "", "", None),
    "environment before the profile it names": ({**ENVIRONMENT_KEYS, "AWS_PROFILE": "base"}, SOURCE, "", None),
    "a profile by option before the environment": (ENVIRONMENT_KEYS, SOURCE, "", "base"),
    "AWS_PROFILE": ({"AWS_PROFILE": "base"}, SOURCE, "", None),
    "AWS_DEFAULT_PROFILE": ({"AWS_DEFAULT_PROFILE": "base"}, SOURCE, "", None),
    "default of the credentials file": ({}, "[default]\n" + KEYS.format("AKIDFILE") + "aws_session_token = abc=\n", "", None),
    "default of the config file": ({}, "", "[default]\n" + KEYS.format("AKIDCONF"), None),
    "[profile default]": ({}, "", "[profile default]\n" + KEYS.format("AKIDCONF"), None),
    "the credentials file before the config file": ({}, "[default]\n" + KEYS.format("AKIDFILE"),
                                                    "[default]\n" + KEYS.format("AKIDCONF"), None),
    "a process": ({}, "", f"[default]\ncredential_process = {PRINTED}\n", None),
    "a process without an end": ({}, "", f"[default]\ncredential_process = {PLAIN}\n", None),
    "a process with words": ({}, "", f"[default]\ncredential_process = '{ECHO}' \"A KID\" '$HOME;`id`'\n".replace("A KID", "AKID"), None),
    "a process in the credentials file": ({}, f"[default]\ncredential_process = {PLAIN}\n", "", None),
    "keys of the credentials file before a process": ({}, "[default]\n" + KEYS.format("AKIDFILE"),
                                                      f"[default]\ncredential_process = {PLAIN}\n", None),
    "a process before keys of the config file": ({}, "", f"[default]\ncredential_process = {PLAIN}\n" + KEYS.format("AKIDCONF"), None),
    "a role of a profile": ({"AWS_PROFILE": "deploy"}, SOURCE, role("source_profile = base"), None),
    "a role by option": ({}, SOURCE, role("source_profile = base"), "deploy"),
    "a role with all its settings": ({"AWS_PROFILE": "deploy"}, SOURCE, role(
        "source_profile = base\nexternal_id = ex ternal/1+&=\nrole_session_name = me@lab\nduration_seconds = 900"), None),
    "a role before keys of its profile": ({}, "[deploy]\n" + KEYS.format("AKIDOWN") + SOURCE, role("source_profile = base"), "deploy"),
    "a role of itself": ({}, "[deploy]\n" + KEYS.format("AKIDOWN"), role("source_profile = deploy"), "deploy"),
    "a role of a role": ({}, SOURCE, role("source_profile = mid") + role("source_profile = base", "mid"), "deploy"),
    "a role of a profile with role and keys": ({}, SOURCE + "[mid]\n" + KEYS.format("AKIDMID"), role("source_profile = mid") +
                                               role("source_profile = base", "mid"), "deploy"),
    "a role of a process": ({}, "", role("source_profile = p") + f"[profile p]\ncredential_process = {PRINTED}\n", "deploy"),
    "a role of a web identity": ({}, "", role("source_profile = w") + f"[profile w]\nrole_arn = {ROLE}\nweb_identity_token_file = {TOKEN}\n", "deploy"),
    "a role of the environment": ({**ENVIRONMENT_KEYS}, "", role("credential_source = Environment"), "deploy"),
    "a role of the container": (CONTAINER, "", role("credential_source = EcsContainer"), "deploy"),
    "a role of the instance": (INSTANCE, "", role("credential_source = Ec2InstanceMetadata"), "deploy"),
    "a role's source is no environment": ({**WEB}, SOURCE, role("source_profile = base"), "deploy"),
    "a web identity of the environment": (WEB, "", "", None),
    "a web identity with a name": ({**WEB, "AWS_ROLE_SESSION_NAME": "pod-1"}, "", "", None),
    "a web identity before keys in files": (WEB, "[default]\n" + KEYS.format("AKIDFILE"), "", None),
    "a web identity of a profile": ({"AWS_PROFILE": "web"}, "", f"[profile web]\nrole_arn = {ROLE}\nrole_session_name = xy\n"
                                    f"web_identity_token_file = {TOKEN}\n", None),
    "a profile by option knows no web identity of the environment": (WEB, SOURCE, "", "base"),
    "keys before a web identity": ({**WEB, **ENVIRONMENT_KEYS}, "", "", None),
    "container": (CONTAINER, "", "", None),
    "container without a token": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": MACHINE.url.replace("127.0.0.1", "localhost") + "/container"},
                                  "", "", None),
    "container before instance": ({**CONTAINER, **INSTANCE}, "", "", None),
    "files before container": (CONTAINER, "[default]\n" + KEYS.format("AKIDFILE"), "", None),
    "instance": (INSTANCE, "", "", None),
    "instance, its address without a slash": ({**INSTANCE, "AWS_EC2_METADATA_SERVICE_ENDPOINT": MACHINE.url}, "", "", None),
    "Region of the profile": ({"AWS_DEFAULT_REGION": "", "AWS_PROFILE": "base"}, SOURCE, "[profile base]\nregion = sa-east-1\n", None),
    "Region of the credentials file": ({"AWS_DEFAULT_REGION": "", "AWS_PROFILE": "base"}, SOURCE + "region = sa-east-1\n",
                                       "[profile base]\nregion = eu-west-3\n", None),
}


def environment(case):
    variables, credentials, config, _ = case
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and "proxy" not in k.lower()}
    merged = {**kept, "AWS_SHARED_CREDENTIALS_FILE": file("credentials", credentials), "AWS_CONFIG_FILE": file("config", config),
              "AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_STS": MACHINE.url,
              **variables}
    return {k: v for k, v in merged.items() if v != ""}


def botocore_finds(case):
    """Debian's botocore knows no AWS_ENDPOINT_URL_STS: its STS is turned to ours by hand."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment(case))
    try:
        session = botocore.session.Session(profile=case[3])
        create = session.create_client
        session.create_client = lambda service, **options: create(service, **{**options, "endpoint_url": MACHINE.url})
        keys = session.get_credentials().get_frozen_credentials()
        return {"access": keys.access_key, "secret": keys.secret_key, "token": keys.token or "",
                "region": session.get_config_variable("region")}
    finally:
        os.environ.clear()
        os.environ.update(before)


def we_find(case):
    done = subprocess.run([PROGRAM, case[3] or ""], env=environment(case), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def test_the_same_keys_as_botocore():
    for name, case in SAME.items():
        theirs, ours = botocore_finds(case), we_find(case)
        assert ours["status"] == "ZT_OK", (name, ours)
        assert {k: ours[k] for k in theirs} == theirs, (name, theirs, ours)
    print(f"  {len(SAME)} environments")


def test_every_session_tells_its_end():
    """What is not renewed fails in the middle of a set-up."""
    for name in ("a role of a profile", "a web identity of the environment", "container", "instance", "a process"):
        ours = we_find(SAME[name])
        assert ours["expires"] == 4073544000000, (name, EXPIRATION, ours)
    assert we_find(SAME["environment"])["expires"] == 0


def test_tokens_in_files_and_beyond_debians_botocore():
    token = file("container-token", "Basic ZmlsZQ==\n")
    from_file = we_find(({"AWS_CONTAINER_CREDENTIALS_FULL_URI": MACHINE.url + "/container",
                          "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other"}, "", "", None))
    assert from_file["status"] == "ZT_OK", from_file
    assert MACHINE.seen[-1][2]["authorization"] == "Basic ZmlsZQ=="
    of_instance = we_find(({**INSTANCE, "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "base"}, SOURCE, "", None))
    assert of_instance["region"] == "ap-northeast-2", of_instance


def test_web_identity_goes_out_unsigned():
    we_find(SAME["a web identity of the environment"])
    method, path, headers, body = MACHINE.seen[-1]
    assert (method, path) == ("POST", "/") and "WebIdentityToken=header.claims.signature" in body
    assert not {"authorization", "x-amz-date", "x-amz-security-token"} & set(headers), headers


def test_metadata_never_goes_through_a_proxy():
    proxied = {"http_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}
    for name in ("container", "instance"):
        variables, *rest = SAME[name]
        assert we_find(({**variables, **proxied}, *rest))["status"] == "ZT_OK", name


WRONG = {
    "nothing": (({}, "", "", None), "ZT_E_CREDENTIALS", "AWS_ACCESS_KEY_ID"),
    "half of the environment": (({"AWS_ACCESS_KEY_ID": "A"}, "", "", None), "ZT_E_CREDENTIALS", "AWS_SECRET_ACCESS_KEY"),
    "half of a profile": (({}, "[default]\naws_access_key_id = A\n", "", None), "ZT_E_CREDENTIALS", "aws_secret_access_key"),
    "no such profile": (({}, "", "", "nobody"), "ZT_E_CONFIG", "nobody"),
    "no Region": (({**ENVIRONMENT_KEYS, "AWS_DEFAULT_REGION": ""}, "", "", None), "ZT_E_CONFIG", "--region"),
    "a Region that is a host": (({**ENVIRONMENT_KEYS, "AWS_REGION": "x.example/"}, "", "", None), "ZT_E_CONFIG", "x.example/"),
    "a role without a source": (({}, SOURCE, role(""), "deploy"), "ZT_E_CONFIG", "source_profile or credential_source"),
    "a role with two sources": (({}, SOURCE, role("source_profile = base\ncredential_source = Environment"), "deploy"),
                                "ZT_E_CONFIG", "source_profile or credential_source"),
    "a source that is not there": (({}, SOURCE, role("source_profile = gone"), "deploy"), "ZT_E_CONFIG", "source_profile"),
    "a source without keys": (({}, "[gone]\nregion = eu-west-1\n", role("source_profile = gone"), "deploy"), "ZT_E_CONFIG", "no credentials"),
    "a circle": (({}, "", role("source_profile = mid") + role("source_profile = deploy", "mid"), "deploy"), "ZT_E_CONFIG", "circle"),
    "a circle of one": (({}, "", role("source_profile = deploy"), "deploy"), "ZT_E_CONFIG", "circle"),
    "an unknown source": (({}, "", role("credential_source = Moon"), "deploy"), "ZT_E_CONFIG", "Ec2InstanceMetadata"),
    "a source that offers nothing": (({}, "", role("credential_source = Environment"), "deploy"), "ZT_E_CREDENTIALS", "Environment"),
    "a role that STS refuses": (({}, SOURCE, role("source_profile = base").replace("-deploy", "-denied"), "deploy"),
                                "ZT_E_DENIED", "no, you may not"),
    "MFA": (({}, SOURCE, role("source_profile = base\nmfa_serial = arn:x"), "deploy"), "ZT_E_UNSUPPORTED", "export-credentials"),
    "a silly duration": (({}, SOURCE, role("source_profile = base\nduration_seconds = soon"), "deploy"), "ZT_E_CONFIG", "duration_seconds"),
    "SSO": (({}, "", "[profile s]\nsso_session = corp\n", "s"), "ZT_E_UNSUPPORTED", "export-credentials"),
    "a web identity without a role": (({"AWS_WEB_IDENTITY_TOKEN_FILE": TOKEN}, "", "", None), "ZT_E_CONFIG", "AWS_ROLE_ARN"),
    "a web identity without a token": (({**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent/token"}, "", "", None),
                                       "ZT_E_CREDENTIALS", "/nonexistent/token"),
    "a web identity's empty token": (({**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": file("empty", "\n")}, "", "", None), "ZT_E_CREDENTIALS", "empty"),
    "a process that is not there": (({}, "", "[default]\ncredential_process = zt-no-such-program\n", None), "ZT_E_CREDENTIALS", "zt-no-such-program"),
    "a process that fails": (({}, "", f"[default]\ncredential_process = {process('secret-output', 3)}\n", None), "ZT_E_CREDENTIALS", "status 3"),
    "a process that talks": (({}, "", f"[default]\ncredential_process = {process('secret-output')}\n", None), "ZT_E_CREDENTIALS", "no JSON"),
    "a process of version 2": (({}, "", "[default]\ncredential_process = %s\n" % process('{"Version":2,"AccessKeyId":"A"}'), None),
                               "ZT_E_CREDENTIALS", "Version"),
    "a process without a secret": (({}, "", "[default]\ncredential_process = %s\n" % process('{"Version":1,"AccessKeyId":"secret-output"}'), None),
                                   "ZT_E_CREDENTIALS", "SecretAccessKey"),
    "a process with a silly end": (({}, "", "[default]\ncredential_process = %s\n" % process(
        '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"secret-output","Expiration":"soon"}'), None), "ZT_E_CREDENTIALS", "Expiration"),
    "a process with a broken key": (({}, "", "[default]\ncredential_process = %s\n" % process(
        '{"Version":1,"AccessKeyId":"A\\r\\nx: y","SecretAccessKey":"secret-output"}'), None), "ZT_E_CREDENTIALS", "AccessKeyId"),
    "a process that never stops printing": (({}, "", "[default]\ncredential_process = yes secret-output\n", None), "ZT_E_CREDENTIALS", "more than"),
    "an open quote": (({}, "", "[default]\ncredential_process = echo 'x\n", None), "ZT_E_CREDENTIALS", "quote"),
    "a container elsewhere": (({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://attacker.example/x"}, "", "", None), "ZT_E_CONFIG", "attacker.example"),
    "a container elsewhere in disguise": (({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost@attacker.example/x"}, "", "", None),
                                          "ZT_E_CONFIG", "attacker.example"),
    "a container elsewhere, longer": (({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1.attacker.example/x"}, "", "", None),
                                      "ZT_E_CONFIG", "attacker.example"),
    "a container by file": (({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "file:///etc/passwd"}, "", "", None), "ZT_E_CONFIG", "http://"),
    "a container's token of two lines": (({**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nx: y"}, "", "", None),
                                         "ZT_E_CREDENTIALS", "one line"),
    "a container that refuses": (({**CONTAINER, "AWS_CONTAINER_CREDENTIALS_FULL_URI": MACHINE.url + "/refused"}, "", "", None),
                                 "ZT_E_CREDENTIALS", "status 403"),
    "a container that talks": (({**CONTAINER, "AWS_CONTAINER_CREDENTIALS_FULL_URI": MACHINE.url + "/talk"}, "", "", None),
                               "ZT_E_CREDENTIALS", "no JSON"),
    "a container that floods": (({**CONTAINER, "AWS_CONTAINER_CREDENTIALS_FULL_URI": MACHINE.url + "/flood"}, "", "", None),
                                "ZT_E_CREDENTIALS", "over"),
    "a container elsewhere by redirect": (({**CONTAINER, "AWS_CONTAINER_CREDENTIALS_FULL_URI": MACHINE.url + "/redirect"}, "", "", None),
                                          "ZT_E_CREDENTIALS", "status 302"),
    "an instance of version 1": (({**INSTANCE, "AWS_EC2_METADATA_SERVICE_ENDPOINT": MACHINE.url + "/old"}, "", "", None),
                                 "ZT_E_CREDENTIALS", "no AWS credentials"),
    "an instance whose token is a header": (({**INSTANCE, "AWS_EC2_METADATA_SERVICE_ENDPOINT": MACHINE.url + "/sly"}, "", "", None),
                                            "ZT_E_CREDENTIALS", "one line"),
    "an instance that is switched off": (({**INSTANCE, "AWS_EC2_METADATA_DISABLED": "TRUE"}, "", "", None),
                                         "ZT_E_CREDENTIALS", "no AWS credentials"),
    "an end that is no time": (({**ENVIRONMENT_KEYS, "AWS_CREDENTIAL_EXPIRATION": "soon"}, "", "", None), "ZT_E_CREDENTIALS",
                               "AWS_CREDENTIAL_EXPIRATION"),
}
MACHINE.special = {"/refused": ("secret-output", 403), "/talk": ("secret-output", 200), "/flood": ("x" * 100_000, 200),
                   "/redirect": ("", 302, [("location", "http://127.0.0.1:1/")]), "/sly/latest/api/token": ("a\r\nx: y", 200)}


def test_what_is_wrong_is_told():
    for name, (case, status, word) in WRONG.items():
        ours = we_find(case)
        assert ours["status"] == status and word in ours["text"], (name, ours)
        assert "secret-output" not in ours["text"], (name, ours)
    print(f"  {len(WRONG)} kinds of trouble")


def test_stss_words_keep_their_request():
    assert we_find(WRONG["a role that STS refuses"][0])["requestId"] == "request-of-sts"


def test_an_instance_that_is_not_there_costs_a_second():
    """Nobody listens: the search goes on, and ends with what it looked for."""
    ours = we_find(({**INSTANCE, "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"}, "", "", None))
    assert ours["status"] == "ZT_E_CREDENTIALS" and "no AWS credentials" in ours["text"], ours


for name, test in sorted(globals().copy().items()):
    if name.startswith("test_"):
        test()
        print("ok", name)
