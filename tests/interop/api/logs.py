"""CloudWatch Logs: groups, retention, streams, events, tags, through boto3 and the AWS CLI; and what Lambda writes there."""
import json
import subprocess
import time

import functions
from aws import Account, everything, refuses, run


def groups_from_beginning_to_end(account):
    logs = account.client("logs")
    arn = f"arn:aws:logs:{account.region}:{account.number}:log-group:/zt/a"
    logs.create_log_group(logGroupName="/zt/a", tags={"k": "v"})
    refuses("ResourceAlreadyExistsException", 400, logs.create_log_group, logGroupName="/zt/a")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/zt/")["logGroups"]
    assert (group["logGroupName"], group["arn"], group["storedBytes"]) == ("/zt/a", arn + ":*", 0)
    assert "retentionInDays" not in group and abs(group["creationTime"] - time.time() * 1000) < 600_000
    logs.put_retention_policy(logGroupName="/zt/a", retentionInDays=14)
    assert logs.describe_log_groups(logGroupNamePattern="zt")["logGroups"][0]["retentionInDays"] == 14
    refuses("InvalidParameterException", 400, logs.put_retention_policy, logGroupName="/zt/a", retentionInDays=4)
    refuses("ResourceNotFoundException", 400, logs.put_retention_policy, logGroupName="/zt/b", retentionInDays=14)
    logs.delete_retention_policy(logGroupName="/zt/a")
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]
    refuses("InvalidParameterException", 400, logs.create_log_group, logGroupName="no spaces")
    logs.delete_log_group(logGroupName="/zt/a")
    refuses("ResourceNotFoundException", 400, logs.delete_log_group, logGroupName="/zt/a")
    assert logs.describe_log_groups()["logGroups"] == []


def groups_in_pages(account):
    logs = account.client("logs")
    names = [f"/p/{n:02}" for n in range(7)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    pages = list(logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/p/", PaginationConfig={"PageSize": 3}))
    assert [len(page["logGroups"]) for page in pages] == [3, 3, 1]
    assert [g["logGroupName"] for g in everything(pages, "logGroups")] == names
    refuses("InvalidParameterException", 400, logs.describe_log_groups, nextToken="none of ours")
    for name in names:
        logs.delete_log_group(logGroupName=name)


def tags_by_arn_and_by_name(account):
    logs = account.client("logs")
    arn = f"arn:aws:logs:{account.region}:{account.number}:log-group:tagged"
    logs.create_log_group(logGroupName="tagged", tags={"a": "1"})
    logs.tag_resource(resourceArn=arn, tags={"b": "2"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1", "b": "2"}
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    logs.tag_log_group(logGroupName="tagged", tags={"c": "3"})
    assert logs.list_tags_log_group(logGroupName="tagged")["tags"] == {"b": "2", "c": "3"}
    logs.untag_log_group(logGroupName="tagged", tags=["b", "c"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    refuses("ResourceNotFoundException", 400, logs.list_tags_for_resource, resourceArn=arn + "2")
    # Another group of the same name does not inherit them.
    logs.tag_resource(resourceArn=arn, tags={"d": "4"})
    logs.delete_log_group(logGroupName="tagged")
    logs.create_log_group(logGroupName="tagged")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}
    logs.delete_log_group(logGroupName="tagged")


def events_put_read_and_filtered(account):
    logs = account.client("logs")
    now = int(time.time() * 1000)
    refuses("ResourceNotFoundException", 400, logs.create_log_stream, logGroupName="g", logStreamName="s")
    logs.create_log_group(logGroupName="g")
    for stream in ("s1", "s2"):
        logs.create_log_stream(logGroupName="g", logStreamName=stream)
    refuses("ResourceAlreadyExistsException", 400, logs.create_log_stream, logGroupName="g", logStreamName="s1")
    refuses("InvalidParameterException", 400, logs.create_log_stream, logGroupName="g", logStreamName="a:b")
    put = logs.put_log_events(logGroupName="g", logStreamName="s1", logEvents=[
        {"timestamp": now - 15 * 86_400_000, "message": "too old"}, {"timestamp": now - 3000, "message": "ERROR one"},
        {"timestamp": now - 1000, "message": "fine three"}, {"timestamp": now + 3 * 3_600_000, "message": "too new"}])
    assert put["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 3}
    logs.put_log_events(logGroupName="g", logStreamName="s2", logEvents=[{"timestamp": now - 2000, "message": "ERROR zwei ü"}])
    assert [e["message"] for e in logs.filter_log_events(logGroupName="g")["events"]] == ["ERROR one", "ERROR zwei ü", "fine three"]

    def stored_bytes(group):
        return logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["storedBytes"]

    assert stored_bytes("g") == len("ERROR one" "ERROR zwei ü" "fine three".encode())
    assert [e["message"] for e in logs.filter_log_events(logGroupName="g", filterPattern="ERROR -one")["events"]] == ["ERROR zwei ü"]
    assert [e["message"] for e in logs.filter_log_events(logGroupName="g", filterPattern="?one ?three")["events"]] == ["ERROR one", "fine three"]
    assert [e["logStreamName"] for e in logs.filter_log_events(logGroupName="g", logStreamNames=["s2"])["events"]] == ["s2"]
    assert [e["message"] for e in logs.filter_log_events(logGroupName="g", startTime=now - 2000, endTime=now - 1000)["events"]] == ["ERROR zwei ü"]
    pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName="g", PaginationConfig={"PageSize": 2}))
    assert [len(page["events"]) for page in pages] == [2, 1]

    newest = logs.get_log_events(logGroupName="g", logStreamName="s1", limit=1)
    assert [e["message"] for e in newest["events"]] == ["fine three"]
    head = logs.get_log_events(logGroupName="g", logStreamName="s1", limit=1, startFromHead=True)
    assert [e["message"] for e in head["events"]] == ["ERROR one"]
    more = logs.get_log_events(logGroupName="g", logStreamName="s1", nextToken=head["nextForwardToken"])
    assert [e["message"] for e in more["events"]] == ["fine three"]
    end = logs.get_log_events(logGroupName="g", logStreamName="s1", nextToken=more["nextForwardToken"])
    assert end["events"] == [] and end["nextForwardToken"] == more["nextForwardToken"]

    streams = logs.describe_log_streams(logGroupName="g", orderBy="LastEventTime", descending=True)["logStreams"]
    assert [s["logStreamName"] for s in streams] == ["s1", "s2"] and streams[0]["lastEventTimestamp"] == now - 1000
    pages = list(logs.get_paginator("describe_log_streams").paginate(logGroupName="g", PaginationConfig={"PageSize": 1}))
    assert [s["logStreamName"] for s in everything(pages, "logStreams")] == ["s1", "s2"]
    refuses("InvalidParameterException", 400, logs.put_log_events, logGroupName="g", logStreamName="s1",
            logEvents=[{"timestamp": now, "message": "b"}, {"timestamp": now - 1, "message": "a"}])
    refuses("ResourceNotFoundException", 400, logs.put_log_events, logGroupName="g", logStreamName="s3",
            logEvents=[{"timestamp": now, "message": "x"}])
    logs.delete_log_stream(logGroupName="g", logStreamName="s1")
    assert [e["message"] for e in logs.filter_log_events(logGroupName="g")["events"]] == ["ERROR zwei ü"]
    logs.delete_log_group(logGroupName="g")


def what_is_beyond_the_retention_is_gone(account):
    logs = account.client("logs")
    now = int(time.time() * 1000)
    logs.create_log_group(logGroupName="short")
    logs.create_log_stream(logGroupName="short", logStreamName="s")
    logs.put_log_events(logGroupName="short", logStreamName="s", logEvents=[
        {"timestamp": now - 2 * 86_400_000, "message": "old"}, {"timestamp": now, "message": "new"}])
    assert len(logs.filter_log_events(logGroupName="short")["events"]) == 2
    logs.put_retention_policy(logGroupName="short", retentionInDays=1)
    assert logs.describe_log_groups(logGroupNamePrefix="short")["logGroups"][0]["storedBytes"] == len("new")
    assert [e["message"] for e in logs.filter_log_events(logGroupName="short")["events"]] == ["new"]
    logs.delete_log_group(logGroupName="short")


def a_group_keeps_the_newest_within_its_bound(account):
    logs = account.client("logs")
    now = int(time.time() * 1000)
    logs.create_log_group(logGroupName="full")
    logs.create_log_stream(logGroupName="full", logStreamName="s")
    for n in range(6):
        logs.put_log_events(logGroupName="full", logStreamName="s", logEvents=[{"timestamp": now + n, "message": f"{n}" * 250_000}])
    kept = [e["message"][0] for e in logs.filter_log_events(logGroupName="full")["events"]]
    assert kept == ["2", "3", "4", "5"], kept
    logs.delete_log_group(logGroupName="full")


def permissions_are_on_groups_and_streams(account):
    iam, logs = account.client("iam"), account.client("logs")
    arn = f"arn:aws:logs:{account.region}:{account.number}:log-group:mine"
    for name in ("mine", "others"):
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="s")
    iam.create_role(RoleName="writer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": account.number}, "Action": "sts:AssumeRole"}]}))
    iam.put_role_policy(RoleName="writer", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": ["logs:PutLogEvents", "logs:FilterLogEvents"], "Resource": arn + ":*"}]}))
    keys = account.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account.number}:role/writer", RoleSessionName="me")["Credentials"]
    mine = Account(account.world, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]).client("logs")
    event = [{"timestamp": int(time.time() * 1000), "message": "x"}]
    mine.put_log_events(logGroupName="mine", logStreamName="s", logEvents=event)
    assert len(mine.filter_log_events(logGroupName="mine")["events"]) == 1
    message = refuses("AccessDeniedException", 400, mine.put_log_events, logGroupName="others", logStreamName="s", logEvents=event)
    assert "logs:PutLogEvents" in message and "log-group:others:log-stream:s" in message, message
    refuses("AccessDeniedException", 400, mine.delete_log_group, logGroupName="mine")


def a_restart_keeps_groups_and_forgets_events(account):
    logs = account.client("logs")
    logs.create_log_group(logGroupName="kept", tags={"k": "v"})
    logs.put_retention_policy(logGroupName="kept", retentionInDays=30)
    logs.create_log_stream(logGroupName="kept", logStreamName="s")
    account.world.cloud.kill()
    account.world.cloud.start()
    logs = account.client("logs")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="kept")["logGroups"]
    assert group["retentionInDays"] == 30 and logs.list_tags_log_group(logGroupName="kept")["tags"] == {"k": "v"}
    assert logs.describe_log_streams(logGroupName="kept")["logStreams"] == []


def what_a_function_writes_is_in_its_group(account):
    logs, lambdas = account.client("logs"), account.client("lambda")
    functions.create(account, "writes")
    lambdas.invoke(FunctionName="writes", Payload=b"{}")
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/writes")["logGroups"] == []
    logs.create_log_group(logGroupName="/aws/lambda/writes")
    lambdas.invoke(FunctionName="writes", Payload=b"{}")
    (event,) = logs.filter_log_events(logGroupName="/aws/lambda/writes", filterPattern='"asked one"')["events"]
    assert event["message"] == "asked one" and "/[$LATEST]" in event["logStreamName"], event


def the_aws_command_line(account):
    def aws(*words):
        done = subprocess.run(["/usr/bin/aws", "logs", *words, "--output", "json", "--endpoint-url", account.world.control], env=account.world.env, capture_output=True, timeout=120)
        assert done.returncode == 0, done
        return json.loads(done.stdout or b"null")

    aws("create-log-group", "--log-group-name", "/cli")
    aws("put-retention-policy", "--log-group-name", "/cli", "--retention-in-days", "7")
    assert aws("describe-log-groups", "--log-group-name-prefix", "/cli")["logGroups"][0]["retentionInDays"] == 7
    assert aws("filter-log-events", "--log-group-name", "/aws/lambda/writes")["events"][0]["message"] == "asked one"
    done = subprocess.run(["/usr/bin/aws", "logs", "tail", "/aws/lambda/writes", "--endpoint-url", account.world.control], env=account.world.env, capture_output=True, timeout=120)
    assert b"asked one" in done.stdout, done


def what_is_not_well_formed(account):
    for target, code in ((None, "UnknownOperationException"), ("Logs_20140328.Nothing", "UnknownOperationException"),
                         ("Other.CreateLogGroup", "UnknownOperationException")):
        headers = {"x-amz-target": target} if target else {}
        status, received, body = account.request("logs", "POST", "/", b"{}", headers, signing="logs")
        assert status == 400 and json.loads(body)["__type"] == code, (target, status, body)
        assert received["content-type"] == "application/x-amz-json-1.1"
    status, _, body = account.request("logs", "POST", "/", b"{", {"x-amz-target": "Logs_20140328.CreateLogGroup"}, signing="logs")
    assert status == 400 and json.loads(body)["__type"] == "SerializationException", body


if __name__ == "__main__":
    run(groups_from_beginning_to_end, groups_in_pages, tags_by_arn_and_by_name, events_put_read_and_filtered,
        what_is_beyond_the_retention_is_gone, a_group_keeps_the_newest_within_its_bound, permissions_are_on_groups_and_streams,
        what_is_not_well_formed, what_a_function_writes_is_in_its_group, the_aws_command_line,
        a_restart_keeps_groups_and_forgets_events)
