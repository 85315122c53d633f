"""Lambda: functions, code, permissions, invocations, tags, event-invoke configurations."""
import base64
import hashlib
import json

from aws import everything, refuses, run
from packages import package

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
# A custom runtime in sh and curl: it fails when the event asks for it, and otherwise answers the event.
BOOTSTRAP = """#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while :; do
  curl -s -D /tmp/zt-head-$$ -o /tmp/zt-event-$$ $api/next || exit 1
  id=$(sed -n 's/^lambda-runtime-aws-request-id: *//Ip' /tmp/zt-head-$$ | tr -d '\\r')
  echo "asked MARK" >&2
  if grep -q fail /tmp/zt-event-$$; then
    curl -s -o /dev/null -d '{"errorMessage":"asked to","errorType":"Asked"}' $api/$id/error
  else
    curl -s -o /dev/null --data-binary @/tmp/zt-event-$$ $api/$id/response
  fi
done
"""


def marked(mark="one"):
    return package(BOOTSTRAP.replace("MARK", mark))


def role(account, name="runs-functions"):
    iam = account.client("iam")
    try:
        return iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        return iam.get_role(RoleName=name)["Role"]["Arn"]


def create(account, name, **more):
    """Sent raw: Debian's botocore does not know the runtime provided.al2023."""
    body = {"FunctionName": name, "Runtime": "provided.al2023", "Role": role(account), "Handler": "bootstrap",
            "Code": {"ZipFile": base64.b64encode(marked()).decode()}, **more}
    return account.call("lambda", "CreateFunction", "POST", "/2015-03-31/functions", body)


def a_function_from_beginning_to_end(account):
    functions = account.client("lambda")
    made = create(account, "life", Timeout=10, Environment={"Variables": {"AB": "c"}}, Tags={"k": "v"})
    arn = f"arn:aws:lambda:us-east-1:{account.number}:function:life"
    assert (made["FunctionArn"], made["Version"], made["State"]) == (arn, "$LATEST", "Active")
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(marked()).digest()).decode()
    assert (made["Timeout"], made["MemorySize"], made["Environment"]) == (10, 128, {"Variables": {"AB": "c"}})
    told = functions.get_function(FunctionName=arn)
    assert told["Configuration"]["RevisionId"] == made["RevisionId"] and told["Tags"] == {"k": "v"}
    assert functions.get_function_configuration(FunctionName=f"{account.number}:function:life")["FunctionName"] == "life"
    message = refuses("ResourceConflictException", 409, create, account, "life")
    assert "Function already exist: life" in message
    changed = functions.update_function_configuration(FunctionName="life", Timeout=20, Description="d",
                                                      RevisionId=made["RevisionId"])
    assert (changed["Timeout"], changed["Description"], changed["MemorySize"]) == (20, "d", 128)
    refuses("PreconditionFailedException", 412, functions.update_function_configuration, FunctionName="life", Timeout=1,
            RevisionId=made["RevisionId"])
    code = functions.update_function_code(FunctionName="life", ZipFile=marked("two"))
    assert code["CodeSha256"] == base64.b64encode(hashlib.sha256(marked("two")).digest()).decode()
    assert "life" in [f["FunctionName"] for f in functions.list_functions()["Functions"]]
    functions.delete_function(FunctionName="life")
    message = refuses("ResourceNotFoundException", 404, functions.get_function, FunctionName="life")
    assert message == f"Function not found: {arn}", message


def functions_that_cannot_be(account):
    bad = lambda status="InvalidParameterValueException", **more: refuses(status, 400, create, account, "bad", **more)
    assert "cannot be assumed by Lambda" in bad(Role=f"arn:aws:iam::{account.number}:role/none-of-that-name")
    account.client("iam").create_role(RoleName="for-iot", AssumeRolePolicyDocument=TRUST.replace("lambda", "iot"))
    assert "cannot be assumed by Lambda" in bad(Role=f"arn:aws:iam::{account.number}:role/for-iot")
    bad(Runtime="python3.12")
    bad(Timeout=901)
    bad(MemorySize=127)
    bad(Environment={"Variables": {"AB": "x" * 5000}})
    bad(Code={"ZipFile": base64.b64encode(b"no zip").decode()})
    bad(Code={"ZipFile": "*"})
    bad(Layers=["arn:aws:lambda:us-east-1:1:layer:l:1"])
    status, _, body = account.request("lambda", "POST", "/2015-03-31/functions", b'{"FunctionName":')
    assert status == 400 and json.loads(body)["message"].startswith("Could not parse request body into json"), body


def permissions(account):
    functions = account.client("lambda")
    create(account, "open")
    refuses("ResourceNotFoundException", 404, functions.get_policy, FunctionName="open")
    added = functions.add_permission(FunctionName="open", StatementId="iot", Action="lambda:InvokeFunction",
                                     Principal="iot.amazonaws.com", SourceAccount=account.number,
                                     SourceArn=f"arn:aws:iot:us-east-1:{account.number}:rule/r")
    statement = json.loads(added["Statement"])
    assert statement == {
        "Sid": "iot", "Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "lambda:InvokeFunction",
        "Resource": f"arn:aws:lambda:us-east-1:{account.number}:function:open",
        "Condition": {"StringEquals": {"AWS:SourceAccount": account.number},
                      "ArnLike": {"AWS:SourceArn": f"arn:aws:iot:us-east-1:{account.number}:rule/r"}}}
    told = functions.get_policy(FunctionName="open")
    assert json.loads(told["Policy"])["Statement"] == [statement]
    refuses("ResourceConflictException", 409, functions.add_permission, FunctionName="open", StatementId="iot",
            Action="lambda:InvokeFunction", Principal="*")
    refuses("PreconditionFailedException", 412, functions.remove_permission, FunctionName="open", StatementId="iot",
            RevisionId="0")
    functions.remove_permission(FunctionName="open", StatementId="iot", RevisionId=told["RevisionId"])
    refuses("ResourceNotFoundException", 404, functions.remove_permission, FunctionName="open", StatementId="iot")


def invocations(account):
    functions = account.client("lambda")
    create(account, "runs", Timeout=30)
    answer = functions.invoke(FunctionName="runs", Payload=b'{"a":1}', LogType="Tail")
    assert answer["StatusCode"] == 200 and json.loads(answer["Payload"].read()) == {"a": 1}
    assert answer["ExecutedVersion"] == "$LATEST" and "FunctionError" not in answer
    assert b"asked one" in base64.b64decode(answer["LogResult"])
    failed = functions.invoke(FunctionName="runs", Payload=b'{"fail":true}')
    assert failed["StatusCode"] == 200 and failed["FunctionError"] == "Unhandled"
    assert json.loads(failed["Payload"].read())["errorMessage"] == "asked to"
    assert functions.invoke(FunctionName="runs", InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
    assert functions.invoke(FunctionName="runs", InvocationType="DryRun")["StatusCode"] == 204
    functions.update_function_code(FunctionName="runs", ZipFile=marked("two"))
    answer = functions.invoke(FunctionName="runs", Payload=b"{}", LogType="Tail")
    assert b"asked two" in base64.b64decode(answer["LogResult"]), "the package that was uploaded last runs"
    refuses("InvalidRequestContentException", 400, functions.invoke, FunctionName="runs", Payload=b"{")
    refuses("RequestTooLargeException", 413, functions.invoke, FunctionName="runs", Payload=b'"' + b"x" * (6 * 2**20) + b'"')
    refuses("RequestTooLargeException", 413, functions.invoke, FunctionName="runs", InvocationType="Event",
            Payload=b'"' + b"x" * 2**20 + b'"')
    refuses("ResourceNotFoundException", 404, functions.invoke, FunctionName="runs", Qualifier="7")
    refuses("ResourceNotFoundException", 404, functions.invoke, FunctionName="nobody")


def tags_and_events(account):
    functions = account.client("lambda")
    arn = create(account, "marked")["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
    functions.untag_resource(Resource=arn, TagKeys=["a"])
    assert functions.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    refuses("ResourceNotFoundException", 404, functions.get_function_event_invoke_config, FunctionName="marked")
    put = functions.put_function_event_invoke_config(FunctionName="marked", MaximumRetryAttempts=0)
    assert put["MaximumRetryAttempts"] == 0 and put["FunctionArn"] == arn + ":$LATEST"
    functions.update_function_event_invoke_config(FunctionName="marked", MaximumEventAgeInSeconds=60)
    told = functions.get_function_event_invoke_config(FunctionName="marked")
    assert (told["MaximumRetryAttempts"], told["MaximumEventAgeInSeconds"]) == (0, 60)
    assert len(functions.list_function_event_invoke_configs(FunctionName="marked")["FunctionEventInvokeConfigs"]) == 1
    assert "EventInvokeConfig" not in functions.get_function_configuration(FunctionName="marked")
    functions.delete_function_event_invoke_config(FunctionName="marked")
    refuses("ResourceNotFoundException", 404, functions.delete_function_event_invoke_config, FunctionName="marked")


def lists_in_pages(account):
    functions = account.client("lambda")
    for i in range(5):
        create(account, f"page-{i}")
    pages = functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    names = [f["FunctionName"] for f in everything(pages, "Functions")]
    assert [n for n in names if n.startswith("page-")] == [f"page-{i}" for i in range(5)]


if __name__ == "__main__":
    run(a_function_from_beginning_to_end, functions_that_cannot_be, permissions, invocations, tags_and_events, lists_in_pages)
