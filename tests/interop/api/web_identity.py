"""AssumeRoleWithWebIdentity: unsigned, with a token that this account's root vouches for and the role's trust policy names."""
import base64
import hashlib
import hmac
import json
import time

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from aws import refuses, run

ISSUER = "token.example/pods"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(account, key=None, header=None, **claims):
    """RFC 7519, by Python."""
    claims = {"iss": "https://" + ISSUER, "sub": "system:lab", "aud": ["sts.amazonaws.com"], "exp": int(time.time()) + 600, **claims}
    claims = {name: value for name, value in claims.items() if value is not None}
    content = b64(json.dumps(header or {"alg": "HS256", "typ": "JWT"}).encode()) + "." + b64(json.dumps(claims).encode())
    return content + "." + b64(hmac.new((key or account.secret).encode(), content.encode(), hashlib.sha256).digest())


def trust(account, principal=None, **conditions):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                 "Principal": {"Federated": principal or f"arn:aws:iam::{account.number}:oidc-provider/{ISSUER}"}}
    if conditions:
        statement["Condition"] = {"StringEquals": {f"{ISSUER}:{name}": value for name, value in conditions.items()}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def unsigned(account):
    client = boto3.client("sts", region_name=account.region, endpoint_url=account.world.control,
                          config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}))
    client.meta.events.register("response-received.sts", lambda **event: account.received("sts", event))
    return client


def assume(account, role, *, name="lab-1", **options):
    return unsigned(account).assume_role_with_web_identity(RoleArn=role, RoleSessionName=name,
                                                           WebIdentityToken=options.pop("token", None) or token(account), **options)


def role(account, name, document):
    return account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]


def a_token_gives_a_session_of_the_role(account):
    arn = role(account, "pod", trust(account, sub="system:lab", aud="sts.amazonaws.com"))
    answer = assume(account, arn, DurationSeconds=900)
    assert (answer["SubjectFromWebIdentityToken"], answer["Audience"], answer["Provider"]) == (
        "system:lab", "sts.amazonaws.com", "https://" + ISSUER)
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account.number}:assumed-role/pod/lab-1"
    keys = answer["Credentials"]
    session = boto3.client("sts", region_name=account.region, endpoint_url=account.world.control,
                           aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                           aws_session_token=keys["SessionToken"])
    assert session.get_caller_identity()["Arn"] == answer["AssumedRoleUser"]["Arn"]


def only_what_the_root_vouches_for(account):
    arn = role(account, "vouched", trust(account))
    for name, bad in {"another key": token(account, key="x"), "none": token(account, header={"alg": "none"}),
                      "no JWT": "abcd", "two parts": "a.bc", "not signed": token(account).rsplit(".", 1)[0] + ".",
                      "other letters": token(account) + "=", "no subject": token(account, sub=None), "no audience": token(account, aud=None),
                      "no issuer": token(account, iss=None), "no end": token(account, exp=None)}.items():
        message = refuses("InvalidIdentityToken", 400, assume, account, arn, token=bad)
        assert message, name
    changed = token(account).split(".")
    changed[1] = token(account, sub="somebody else").split(".")[1]
    refuses("InvalidIdentityToken", 400, assume, account, arn, token=".".join(changed))
    refuses("ExpiredTokenException", 400, assume, account, arn, token=token(account, exp=int(time.time()) - 1))


def only_whom_the_role_trusts(account):
    wanted = role(account, "wanted", trust(account, sub="system:lab"))
    assume(account, wanted)
    refuses("AccessDenied", 403, assume, account, wanted, token=token(account, sub="system:attic"))
    refuses("AccessDenied", 403, assume, account, wanted, token=token(account, iss="https://other.example"))
    refuses("AccessDenied", 403, assume, account, role(account, "others", trust(account, principal="cognito-identity.amazonaws.com")))
    plain = json.loads(trust(account))
    plain["Statement"][0].update(Principal={"AWS": account.number}, Action="sts:AssumeRole")
    refuses("AccessDenied", 403, assume, account, role(account, "signed", json.dumps(plain)))
    refuses("AccessDenied", 403, assume, account, f"arn:aws:iam::{account.number}:role/not-there")


def without_signature(request):
    del request.headers["Authorization"]


def our_own_tools_come_in_with_it(account):
    arn = role(account, "tool", trust(account))
    account.client("iam").attach_role_policy(RoleName="tool", PolicyArn="arn:aws:iam::aws:policy/AWSIoTFullAccess")
    path = account.world.folder / "token"
    env = {k: v for k, v in account.world.env.items() if k != "AWS_SHARED_CREDENTIALS_FILE"}
    env.update(AWS_WEB_IDENTITY_TOKEN_FILE=str(path), AWS_ROLE_ARN=arn, HOME="/nonexistent")
    path.write_text(token(account) + "\n")
    assert account.world.run("zerotouch", "things", "--json", env=env).stdout == b"[]\n"
    path.write_text(token(account, key="x"))
    done = account.world.run("zerotouch", "things", env=env, check=False)
    assert done.returncode == 4 and b"cannot be assumed" in done.stderr and b"InvalidIdentityToken" in done.stderr, done


def nothing_else_goes_unsigned(account):
    """Neither another operation, nor this one's name beside another's."""
    refuses("MissingAuthenticationToken", 403, unsigned(account).get_caller_identity)
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body in (b"Action=DeleteRole&Version=2010-05-08&RoleName=pod", b"Version=2010-05-08&RoleName=pod",
                 b"Action=ListRoles&Version=2010-05-08&Action=AssumeRoleWithWebIdentity"):
        status, _, answer = account.request("sts", "POST", "/", body, form, bend=without_signature)
        assert status == 403 and b"MissingAuthenticationToken" in answer, (body, status, answer)
    status, _, answer = account.request("iot", "GET", "/things?Action=AssumeRoleWithWebIdentity",
                                        bend=without_signature)
    assert status == 403, answer
    assert account.client("iam").get_role(RoleName="pod")


run(a_token_gives_a_session_of_the_role, only_what_the_root_vouches_for, only_whom_the_role_trusts, our_own_tools_come_in_with_it,
    nothing_else_goes_unsigned)
