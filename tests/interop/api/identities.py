"""IAM and STS: roles, their policies and tags, sessions, and what a role's policies allow."""
import json

from aws import Account, refuses, run

DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}'


def trust(principal):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})


LAMBDA = trust({"Service": "lambda.amazonaws.com"})


def who_calls(account):
    told = account.client("sts").get_caller_identity()
    assert (told["Account"], told["Arn"]) == (account.number, f"arn:aws:iam::{account.number}:root")


def a_role_from_beginning_to_end(account):
    iam = account.client("iam")
    made = iam.create_role(RoleName="life", AssumeRolePolicyDocument=LAMBDA, Path="/zt/", Description="a & <b>",
                           MaxSessionDuration=7200, Tags=[{"Key": "k", "Value": "a=b @c ä"}])["Role"]
    assert made["Arn"] == f"arn:aws:iam::{account.number}:role/zt/life" and made["RoleId"].startswith("AROA")
    told = iam.get_role(RoleName="life")["Role"]
    assert told["AssumeRolePolicyDocument"] == json.loads(LAMBDA) and told["Description"] == "a & <b>"
    assert told["MaxSessionDuration"] == 7200 and told["Tags"] == [{"Key": "k", "Value": "a=b @c ä"}]
    message = refuses("EntityAlreadyExists", 409, iam.create_role, RoleName="life", AssumeRolePolicyDocument=LAMBDA)
    assert message == "Role with name life already exists.", message
    assert [r["RoleName"] for r in iam.list_roles(PathPrefix="/zt/")["Roles"]] == ["life"]
    iam.update_assume_role_policy(RoleName="life", PolicyDocument=trust({"Service": "iot.amazonaws.com"}))
    iam.put_role_policy(RoleName="life", PolicyName="inline", PolicyDocument=DOCUMENT)
    assert iam.get_role_policy(RoleName="life", PolicyName="inline")["PolicyDocument"] == json.loads(DOCUMENT)
    assert iam.list_role_policies(RoleName="life")["PolicyNames"] == ["inline"]
    refuses("DeleteConflict", 409, iam.delete_role, RoleName="life")
    iam.delete_role_policy(RoleName="life", PolicyName="inline")
    refuses("NoSuchEntity", 404, iam.get_role_policy, RoleName="life", PolicyName="inline")
    iam.delete_role(RoleName="life")
    message = refuses("NoSuchEntity", 404, iam.get_role, RoleName="life")
    assert message == "The role with name life cannot be found.", message


def managed_policies(account):
    iam = account.client("iam")
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.create_role(RoleName="managed", AssumeRolePolicyDocument=LAMBDA)
    iam.attach_role_policy(RoleName="managed", PolicyArn=basic)
    assert iam.list_attached_role_policies(RoleName="managed")["AttachedPolicies"] == [
        {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": basic}]
    refuses("NoSuchEntity", 404, iam.attach_role_policy, RoleName="managed", PolicyArn="arn:aws:iam::aws:policy/Unknown")
    refuses("DeleteConflict", 409, iam.delete_role, RoleName="managed")
    iam.detach_role_policy(RoleName="managed", PolicyArn=basic)
    refuses("NoSuchEntity", 404, iam.detach_role_policy, RoleName="managed", PolicyArn=basic)
    iam.delete_role(RoleName="managed")


def tags(account):
    iam = account.client("iam")
    iam.create_role(RoleName="tagged", AssumeRolePolicyDocument=LAMBDA)
    iam.tag_role(RoleName="tagged", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_role(RoleName="tagged", TagKeys=["a"])
    assert iam.list_role_tags(RoleName="tagged")["Tags"] == [{"Key": "b", "Value": "2"}]


def lists_in_pages(account):
    iam = account.client("iam")
    for i in range(5):
        iam.create_role(RoleName=f"page-{i}", AssumeRolePolicyDocument=LAMBDA, Path="/pages/")
        iam.put_role_policy(RoleName="page-0", PolicyName=f"policy-{i}", PolicyDocument=DOCUMENT)
    pages = iam.get_paginator("list_roles").paginate(PathPrefix="/pages/", PaginationConfig={"PageSize": 2})
    assert [r["RoleName"] for page in pages for r in page["Roles"]] == [f"page-{i}" for i in range(5)]
    pages = iam.get_paginator("list_role_policies").paginate(RoleName="page-0", PaginationConfig={"PageSize": 2})
    assert [n for page in pages for n in page["PolicyNames"]] == [f"policy-{i}" for i in range(5)]


def what_iam_refuses(account):
    iam = account.client("iam")
    refuses("MalformedPolicyDocument", 400, iam.create_role, RoleName="bad", AssumeRolePolicyDocument="{")
    refuses("MalformedPolicyDocument", 400, iam.create_role, RoleName="bad", AssumeRolePolicyDocument=DOCUMENT)
    refuses("ValidationError", 400, iam.create_role, RoleName="a b", AssumeRolePolicyDocument=LAMBDA)
    refuses("ValidationError", 400, iam.create_role, RoleName="bad")
    refuses("ValidationError", 400, iam.create_role, RoleName="bad", AssumeRolePolicyDocument=LAMBDA, MaxSessionDuration=60)
    iam.create_role(RoleName="good", AssumeRolePolicyDocument=LAMBDA)
    refuses("ValidationError", 400, iam.tag_role, RoleName="good", Tags=[{"Key": "<k>", "Value": "v"}])
    refuses("MalformedPolicyDocument", 400, iam.put_role_policy, RoleName="good", PolicyName="p", PolicyDocument="[]")


def session(account, role, document, **more):
    iam, sts = account.client("iam"), account.client("sts")
    root = f"arn:aws:iam::{account.number}:root"
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust({"AWS": root}))["Role"]["Arn"]
    if document:
        iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(document))
    made = sts.assume_role(RoleArn=arn, RoleSessionName="test", **more)
    keys = made["Credentials"]
    assert keys["AccessKeyId"].startswith("ASIA")
    return Account(account.world, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]), made


def sessions_of_a_role(account):
    them, made = session(account, "assumed", None, DurationSeconds=900)
    told = them.client("sts").get_caller_identity()
    assert told["Arn"] == f"arn:aws:sts::{account.number}:assumed-role/assumed/test" == made["AssumedRoleUser"]["Arn"]
    assert told["UserId"] == made["AssumedRoleUser"]["AssumedRoleId"] and told["UserId"].endswith(":test")
    wrong = Account(account.world, them.key_id, them.secret, "another token")
    refuses("InvalidClientTokenId", 403, wrong.client("sts").get_caller_identity)
    without = Account(account.world, them.key_id, them.secret)
    refuses("InvalidClientTokenId", 403, without.client("sts").get_caller_identity)
    sts = account.client("sts")
    refuses("AccessDenied", 403, sts.assume_role, RoleArn=f"arn:aws:iam::{account.number}:role/good", RoleSessionName="test")
    refuses("AccessDenied", 403, sts.assume_role, RoleArn=f"arn:aws:iam::{account.number}:role/none", RoleSessionName="test")
    refuses("ValidationError", 400, sts.assume_role, RoleArn=told["Arn"], RoleSessionName="x")
    refuses("ValidationError", 400, sts.assume_role, RoleArn=f"arn:aws:iam::{account.number}:role/assumed",
            RoleSessionName="test", Policy=DOCUMENT)


def a_role_may_do_what_its_policies_say(account):
    allow = {"Effect": "Allow", "Action": ["iot:DescribeThing", "iot:CreateThing"],
             "Resource": f"arn:aws:iot:us-east-1:{account.number}:thing/mine-*"}
    deny = {"Effect": "Deny", "Action": "iot:CreateThing", "Resource": "*", "Condition": {"StringLike": {
        "aws:PrincipalArn": "*assumed-role/bound/*"}}}
    them, _ = session(account, "bound", {"Version": "2012-10-17", "Statement": [allow, deny]})
    account.client("iot").create_thing(thingName="mine-1")
    iot = them.client("iot")
    assert iot.describe_thing(thingName="mine-1")["version"] == 1
    message = refuses("AccessDeniedException", 403, iot.describe_thing, thingName="yours")
    who = f"arn:aws:sts::{account.number}:assumed-role/bound/test"
    assert message == (f"User: {who} is not authorized to perform: iot:DescribeThing on resource: arn:aws:iot:us-east-1:"
                       f"{account.number}:thing/yours because no identity-based policy allows the iot:DescribeThing action"), message
    message = refuses("AccessDeniedException", 403, iot.create_thing, thingName="mine-2")
    assert message.endswith("with an explicit deny in an identity-based policy"), message
    refuses("AccessDenied", 403, them.client("iam").get_role, RoleName="bound")
    refuses("AccessDeniedException", 403, them.client("lambda").list_functions)
    refuses("ForbiddenException", 403, them.client("iot-data").publish, topic="a")
    account.client("iam").delete_role_policy(RoleName="bound", PolicyName="p")
    refuses("AccessDeniedException", 403, iot.describe_thing, thingName="mine-1")


def sessions_end_with_their_role(account):
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:ListThings", "Resource": "*"}]}
    old, _ = session(account, "twice", allow)
    old.client("iot").list_things()
    iam = account.client("iam")
    iam.delete_role_policy(RoleName="twice", PolicyName="p")
    iam.delete_role(RoleName="twice")
    refuses("UnrecognizedClientException", 403, old.client("iot").list_things)
    new, _ = session(account, "twice", allow)
    new.client("iot").list_things()
    refuses("UnrecognizedClientException", 403, old.client("iot").list_things)


def tagging_on_creation_is_a_right_of_its_own(account):
    statement = {"Effect": "Allow", "Action": ["iot:CreatePolicy", "iot:CreateTopicRule"], "Resource": "*"}
    them, _ = session(account, "untagging", {"Version": "2012-10-17", "Statement": [statement]})
    iot = them.client("iot")
    iot.create_policy(policyName="plain", policyDocument=DOCUMENT)
    message = refuses("AccessDeniedException", 403, iot.create_policy, policyName="tagged", policyDocument=DOCUMENT,
                      tags=[{"Key": "a", "Value": "b"}])
    assert "iot:TagResource" in message, message
    refuses("ResourceNotFoundException", 404, account.client("iot").get_policy, policyName="tagged")
    refuses("AccessDeniedException", 403, iot.create_topic_rule, ruleName="tagged", tags="a=b",
            topicRulePayload={"sql": "SELECT * FROM 'a'", "actions": []})


def attaching_is_checked_against_the_certificate(account):
    root = account.client("iot")
    arns = [root.create_keys_and_certificate()["certificateArn"] for _ in range(2)]
    root.create_policy(policyName="attachable", policyDocument=DOCUMENT)
    statement = {"Effect": "Allow", "Action": "iot:AttachPolicy", "Resource": arns[0]}
    them, _ = session(account, "attacher", {"Version": "2012-10-17", "Statement": [statement]})
    iot = them.client("iot")
    iot.attach_policy(policyName="attachable", target=arns[0])
    refuses("AccessDeniedException", 403, iot.attach_policy, policyName="attachable", target=arns[1])


run(who_calls, a_role_from_beginning_to_end, managed_policies, tags, lists_in_pages, what_iam_refuses, sessions_of_a_role,
    a_role_may_do_what_its_policies_say, sessions_end_with_their_role, tagging_on_creation_is_a_right_of_its_own,
    attaching_is_checked_against_the_certificate)
