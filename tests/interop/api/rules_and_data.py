"""Topic rules, the endpoint, and the data plane's signed calls."""
import base64
import json

from aws import refuses, run


def rule(account, sql="SELECT * FROM 'a/+/c'", **more):
    function = f"arn:aws:lambda:us-east-1:{account.number}:function:f"
    return {"sql": sql, "actions": [{"lambda": {"functionArn": function}}], "awsIotSqlVersion": "2016-03-23", **more}


def a_rule_from_beginning_to_end(account):
    iot = account.client("iot")
    iot.create_topic_rule(ruleName="r", topicRulePayload=rule(account, description="d"), tags="k=v&x=y%20z")
    told = iot.get_topic_rule(ruleName="r")
    assert told["rule"]["sql"] == "SELECT * FROM 'a/+/c'" and told["rule"]["description"] == "d"
    assert told["rule"]["actions"] == rule(account)["actions"] and told["rule"]["ruleDisabled"] is False
    assert {t["Key"]: t["Value"] for t in iot.list_tags_for_resource(resourceArn=told["ruleArn"])["tags"]} == {
        "k": "v", "x": "y z"}
    refuses("ResourceAlreadyExistsException", 409, iot.create_topic_rule, ruleName="r", topicRulePayload=rule(account))
    listed = iot.list_topic_rules()["rules"]
    assert [(r["ruleName"], r["topicPattern"]) for r in listed] == [("r", "a/+/c")]
    assert len(iot.list_topic_rules(topic="a/b/c")["rules"]) == 1 and iot.list_topic_rules(topic="b")["rules"] == []
    iot.disable_topic_rule(ruleName="r")
    assert iot.get_topic_rule(ruleName="r")["rule"]["ruleDisabled"] is True
    assert iot.list_topic_rules(ruleDisabled=False)["rules"] == []
    iot.enable_topic_rule(ruleName="r")
    iot.replace_topic_rule(ruleName="r", topicRulePayload=rule(account, "SELECT a FROM 'other'"))
    assert iot.get_topic_rule(ruleName="r")["rule"]["sql"] == "SELECT a FROM 'other'"
    iot.delete_topic_rule(ruleName="r")
    refuses("UnauthorizedException", 401, iot.get_topic_rule, ruleName="r")
    refuses("UnauthorizedException", 401, iot.delete_topic_rule, ruleName="r")


def rules_that_are_none(account):
    iot = account.client("iot")
    refuses("SqlParseException", 400, iot.create_topic_rule, ruleName="bad", topicRulePayload=rule(account, "SELECT FROM"))
    refuses("InvalidRequestException", 400, iot.create_topic_rule, ruleName="bad-name", topicRulePayload=rule(account))
    assert iot.list_topic_rules()["rules"] == []


def the_endpoint(account):
    iot = account.client("iot")
    for kind in ("iot:Data-ATS", "iot:Data"):
        assert iot.describe_endpoint(endpointType=kind)["endpointAddress"] == "localhost"
    assert iot.describe_endpoint()["endpointAddress"] == "localhost"
    refuses("InvalidRequestException", 400, iot.describe_endpoint, endpointType="iot:Nothing")


def publishing(account):
    data = account.client("iot-data")
    data.publish(topic="a/b c/ä", qos=1, payload=b"hello")
    data.publish(topic="a", qos=0)
    data.publish(topic="five", qos=1, payload=b"{}", contentType="application/json", responseTopic="answers", messageExpiry=60,
                 userProperties=[{"k": "v"}], payloadFormatIndicator="UTF8_DATA",
                 correlationData=base64.b64encode(b"id").decode())
    for signing in ("iotdata", "iotdevicegateway"):
        status, headers, body = account.request("iot-data", "POST", "/topics/raw/slashes?qos=1", b"x", signing=signing)
        answer = json.loads(body)
        assert status == 200 and answer == {"message": "OK", "traceId": headers["x-amzn-requestid"]}, (status, body)


def messages_that_may_not_be_published(account):
    data = account.client("iot-data")
    refuses("InvalidRequestException", 400, data.publish, topic="a/+/b", payload=b"")
    refuses("InvalidRequestException", 400, data.publish, topic="x" * 257, payload=b"")
    refuses("InvalidRequestException", 400, data.publish, topic="a", payload=b"x" * (128 * 1024 + 1))
    refuses("InvalidRequestException", 400, data.publish, topic="a", qos=2)
    refuses("ForbiddenException", 403, data.publish, topic="$aws/events/certificates/registered/x", payload=b"{}")
    refuses("InvalidRequestException", 400, data.publish, topic="a", messageExpiry=0)
    status, headers, body = account.request("iot-data", "GET", "/things")
    assert (status, headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException:"), headers
    assert json.loads(body)["message"] == "Not Found" and json.loads(body)["traceId"]


def retained_messages(account):
    data = account.client("iot-data")
    for i in range(3):
        data.publish(topic=f"kept/{i}", qos=1, retain=True, payload=b"%d" % i)
    told = data.get_retained_message(topic="kept/1")
    assert (told["topic"], told["payload"], told["qos"]) == ("kept/1", b"1", 1)
    first = data.list_retained_messages(maxResults=2)
    second = data.list_retained_messages(maxResults=2, nextToken=first["nextToken"])
    listed = first["retainedTopics"] + second["retainedTopics"]
    assert [(t["topic"], t["payloadSize"]) for t in listed] == [(f"kept/{i}", 1) for i in range(3)]
    data.publish(topic="kept/1", qos=1, retain=True, payload=b"")
    refuses("ResourceNotFoundException", 404, data.get_retained_message, topic="kept/1")


def a_destination_that_nobody_confirms(account):
    iot = account.client("iot")
    made = iot.create_topic_rule_destination(destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": "https://localhost:1/in"}})
    arn = made["topicRuleDestination"]["arn"]
    told = iot.get_topic_rule_destination(arn=arn)["topicRuleDestination"]
    assert (told["status"], told["httpUrlProperties"]) == ("IN_PROGRESS", {"confirmationUrl": "https://localhost:1/in"})
    refuses("InvalidRequestException", 400, iot.update_topic_rule_destination, arn=arn, status="ENABLED")
    iot.update_topic_rule_destination(arn=arn, status="DISABLED")
    assert iot.get_topic_rule_destination(arn=arn)["topicRuleDestination"]["status"] == "DISABLED"
    iot.delete_topic_rule_destination(arn=arn)
    refuses("UnauthorizedException", 401, iot.get_topic_rule_destination, arn=arn)


def a_shadow(account):
    data = account.client("iot-data")
    refuses("ResourceNotFoundException", 404, data.get_thing_shadow, thingName="s")
    update = json.loads(data.update_thing_shadow(thingName="s", payload='{"state":{"desired":{"a":1}}}')["payload"].read())
    assert update["version"] == 1
    assert json.loads(data.get_thing_shadow(thingName="s")["payload"].read())["state"] == {"desired": {"a": 1}, "delta": {"a": 1}}
    refuses("ConflictException", 409, data.update_thing_shadow, thingName="s", payload='{"state":{},"version":9}')
    assert json.loads(data.delete_thing_shadow(thingName="s")["payload"].read())["version"] == 1
    refuses("ResourceNotFoundException", 404, data.delete_thing_shadow, thingName="s")


run(a_destination_that_nobody_confirms, a_shadow, a_rule_from_beginning_to_end, rules_that_are_none, the_endpoint, publishing, messages_that_may_not_be_published,
    retained_messages)
