"""What policies of thing groups do to a connection, conditions on a CONNECT, and registry events as a device sees them."""
import json
import pathlib
import queue
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gw import Authority  # noqa: E402
from paho_device import DEADLINE_S, Device  # noqa: E402
from world import World  # noqa: E402

ACCOUNT = "000000000000"
ARN = f"arn:aws:iot:us-east-1:{ACCOUNT}"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": action, "Resource": resource, **more} for effect, action, resource, more in statements]})


def certificate(iot, ca, name):
    leaf = ca.leaf(name)
    return leaf, iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]


def publishes(world, leaf, client_id, topic, *more):
    return subprocess.run(
        ["mosquitto_pub", "-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca, "--cert", leaf.pem, "--key",
         leaf.key, "-i", client_id, "-V", "5", "-q", "1", "-t", topic, "-m", "x", *more], capture_output=True,
        timeout=DEADLINE_S).returncode == 0


def a_group_lets_its_things_in(world, iot, ca):
    leaf, arn = certificate(iot, ca, "grouped")
    iot.create_thing(thingName="grouped")
    iot.attach_thing_principal(thingName="grouped", principal=arn)
    iot.create_thing_group(thingGroupName="All")
    iot.create_thing_group(thingGroupName="Some", parentGroupName="All")
    iot.create_policy(policyName="of-all", policyDocument=document(
        ("Allow", ["iot:Connect", "iot:Publish"], "*", {})))
    iot.attach_policy(policyName="of-all", target=f"{ARN}:thinggroup/All")
    assert not publishes(world, leaf, "grouped", "t"), "let in by nobody"
    iot.add_thing_to_thing_group(thingGroupName="Some", thingName="grouped")
    assert publishes(world, leaf, "grouped", "t"), "the parent group's policy lets it in"
    assert not publishes(world, leaf, "another", "t"), "client id and thing name must match"
    iot.create_policy(policyName="not-secret", policyDocument=document(("Deny", "iot:Publish", f"{ARN}:topic/secret", {})))
    iot.attach_policy(policyName="not-secret", target=f"{ARN}:thinggroup/Some")
    assert not publishes(world, leaf, "grouped", "secret") and publishes(world, leaf, "grouped", "t")
    iot.attach_policy(policyName="of-all", target=arn)
    assert publishes(world, leaf, "another", "secret"), "the group's deny is for the thing alone"
    iot.detach_policy(policyName="of-all", target=arn)
    why = world.run("zerotouch", "why", "--endpoint-url", world.control, "--json").stdout.decode()
    assert "policy not-secret: denied by statement 1" in why, why


def an_open_connection_follows(world, iot, ca):
    leaf, arn = certificate(iot, ca, "open")
    iot.create_policy(policyName="connect", policyDocument=document(("Allow", ["iot:Connect", "iot:Subscribe", "iot:Receive"], "*", {})))
    iot.attach_policy(policyName="connect", target=arn)
    iot.create_thing(thingName="open")
    iot.attach_thing_principal(thingName="open", principal=arn)
    device = Device(world, leaf, "open")
    device.subscribe("echo")
    iot.add_thing_to_thing_group(thingGroupName="Some", thingName="open")
    device.publish("echo", 1)
    assert device.message("echo") == 1
    iot.remove_thing_from_thing_group(thingGroupName="Some", thingName="open")
    device.publish("echo", 2)
    device.lost.get(timeout=DEADLINE_S)
    device.stop()


def conditions_of_a_connect(world, iot, ca):
    leaf, arn = certificate(iot, ca, "will")
    iot.create_policy(policyName="will", policyDocument=document(
        ("Allow", "iot:Publish", "*", {}),
        ("Allow", "iot:Connect", "*", {"Condition": {"ArnEquals": {"iot:LastWillTopic": f"{ARN}:topic/last/${{iot:ClientId}}"}}})))
    iot.attach_policy(policyName="will", target=arn)
    will = ["--will-payload", "gone", "--will-topic"]
    assert publishes(world, leaf, "w", "t", *will, "last/w")
    assert not publishes(world, leaf, "w", "t", *will, "last/other")
    assert not publishes(world, leaf, "w", "t")
    iot.create_policy(policyName="clean", policyDocument=document(
        ("Allow", ["iot:Connect", "iot:Publish"], "*", {}),
        ("Deny", "iot:Connect", "*", {"Condition": {"ForAnyValue:StringEquals": {"iot:ConnectAttributes": ["PersistentConnect"]}}})))
    iot.attach_policy(policyName="clean", target=arn)
    assert publishes(world, leaf, "w", "t")
    assert not publishes(world, leaf, "w", "t", "-c", "-D", "connect", "session-expiry-interval", "60")


def names_of_a_certificate(world, iot, ca):
    leaf = ca.leaf("names", extensions=["subjectAltName=DNS:one.example,DNS:two.example,email:me@example.com,IP:192.0.2.7,"
                                        "URI:urn:device:7"])
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    alternative = "${iot:Certificate.Subject.AlternativeName."
    topics = [f"{ARN}:topic/n/{alternative}DNSName}}", f"{ARN}:topic/n/{alternative}DNSName.1}}", f"{ARN}:topic/n/{alternative}RFC822Name}}",
              f"{ARN}:topic/n/{alternative}IPAddress}}", f"{ARN}:topic/n/{alternative}UniformResourceIdentifier}}",
              f"{ARN}:topic/n/{alternative}DNSName.2}}x"]
    iot.create_policy(policyName="names", policyDocument=document(
        ("Allow", "iot:Publish", topics, {}),
        ("Allow", "iot:Connect", "*", {"Condition": {"ForAnyValue:StringEquals": {
            "iot:Certificate.AvailableKeys": "iot:Certificate.Subject.AlternativeName.DNSName"}}})))
    iot.attach_policy(policyName="names", target=arn)
    for name in ("one.example", "two.example", "me@example.com", "192.0.2.7", "urn:device:7"):
        assert publishes(world, leaf, "names", f"n/{name}"), name
    assert not publishes(world, leaf, "names", "n/x")
    plain, arn = certificate(iot, ca, "plain")
    iot.attach_policy(policyName="names", target=arn)
    assert not publishes(world, plain, "plain", "n/one.example")


class Watcher(Device):
    """Takes every message of its filters in one queue."""

    def __init__(self, *argv):
        super().__init__(*argv)
        self.all = queue.Queue()
        self.mqtt.on_message = lambda _c, _u, m: self.all.put((m.topic, json.loads(m.payload)))

    def event(self):
        return self.all.get(timeout=DEADLINE_S)


def expect(watcher, topic, **members):
    got, event = watcher.event()
    assert got == f"$aws/events/{topic}", (got, event)
    assert len(event.pop("eventId")) == 36 and event.pop("timestamp") > 1_700_000_000_000
    assert {k: event.get(k, "missing") for k in members} == members, event
    return event


def registry_events(world, iot, ca):
    leaf, arn = certificate(iot, ca, "watcher")
    iot.create_policy(policyName="watch", policyDocument=document(("Allow", "iot:*", "*", {})))
    iot.attach_policy(policyName="watch", target=arn)
    watcher = Watcher(world, leaf, "watcher")
    nouns = ["thing", "thingType", "thingGroup", "thingGroupHierarchy", "thingGroupMembership", "thingTypeAssociation"]
    watcher.subscribe(*(f"$aws/events/{noun}/#" for noun in nouns))
    iot.create_thing(thingName="silent")
    kinds = ["THING", "THING_GROUP", "THING_TYPE", "THING_GROUP_MEMBERSHIP", "THING_GROUP_HIERARCHY", "THING_TYPE_ASSOCIATION"]
    iot.update_event_configurations(eventConfigurations={kind: {"Enabled": True} for kind in kinds})

    kind = iot.create_thing_type(thingTypeName="Lamp", thingTypeProperties={"thingTypeDescription": "d", "searchableAttributes": ["a"]})
    expect(watcher, "thingType/Lamp/created", eventType="THING_TYPE_EVENT", operation="CREATED", accountId=ACCOUNT,
           thingTypeId=kind["thingTypeId"], thingTypeName="Lamp", isDeprecated=False, deprecationDate=None, searchableAttributes=["a"],
           description="d")
    thing = iot.create_thing(thingName="l", thingTypeName="Lamp", attributePayload={"attributes": {"a": "1"}})
    event = expect(watcher, "thing/l/created", eventType="THING_EVENT", operation="CREATED", accountId=ACCOUNT,
                   thingId=thing["thingId"], thingName="l", versionNumber=1, thingTypeName="Lamp", billingGroupName=None,
                   attributes={"a": "1"})
    assert len(event) == 9, event
    association = {"eventType": "THING_TYPE_ASSOCIATION_EVENT", "thingId": thing["thingId"], "thingName": "l", "thingTypeName": "Lamp"}
    expect(watcher, "thingTypeAssociation/thing/l/Lamp", operation="CREATED", **association)
    # Attaching a certificate is no event: the next one is the update.
    iot.attach_thing_principal(thingName="l", principal=arn)
    iot.update_thing(thingName="l", removeThingType=True)
    expect(watcher, "thing/l/updated", operation="UPDATED", versionNumber=2, thingTypeName=None)
    expect(watcher, "thingTypeAssociation/thing/l/Lamp", operation="DELETED", **association)
    iot.deprecate_thing_type(thingTypeName="Lamp")
    event = expect(watcher, "thingType/Lamp/updated", operation="UPDATED", isDeprecated=True)
    assert event["deprecationDate"] > 1_700_000_000_000

    parent = iot.create_thing_group(thingGroupName="P")
    expect(watcher, "thingGroup/P/created", eventType="THING_GROUP_EVENT", operation="CREATED", thingGroupId=parent["thingGroupId"],
           thingGroupName="P", versionNumber=1, parentGroupName=None, parentGroupId=None, description=None, rootToParentThingGroups=[],
           attributes={}, dynamicGroupMappingId=None)
    child = iot.create_thing_group(thingGroupName="C", parentGroupName="P")
    expect(watcher, "thingGroup/C/created", parentGroupName="P", parentGroupId=parent["thingGroupId"],
           rootToParentThingGroups=[{"groupArn": parent["thingGroupArn"], "groupId": parent["thingGroupId"]}])
    hierarchy = {"eventType": "THING_GROUP_HIERARCHY_EVENT", "thingGroupId": parent["thingGroupId"], "thingGroupName": "P",
                 "childGroupId": child["thingGroupId"], "childGroupName": "C"}
    expect(watcher, "thingGroupHierarchy/thingGroup/P/childThingGroup/C/added", operation="ADDED", **hierarchy)
    iot.add_thing_to_thing_group(thingGroupName="C", thingName="l")
    membership = {"eventType": "THING_GROUP_MEMBERSHIP_EVENT", "accountId": ACCOUNT, "groupArn": child["thingGroupArn"],
                  "groupId": child["thingGroupId"], "thingArn": thing["thingArn"], "thingId": thing["thingId"]}
    added = expect(watcher, "thingGroupMembership/thingGroup/C/thing/l/added", operation="ADDED", **membership)
    iot.update_thing_group(thingGroupName="C", thingGroupProperties={"thingGroupDescription": "new"})
    expect(watcher, "thingGroup/C/updated", operation="UPDATED", versionNumber=2, description="new")
    iot.detach_thing_principal(thingName="l", principal=arn)
    iot.delete_thing(thingName="l")
    removed = expect(watcher, "thingGroupMembership/thingGroup/C/thing/l/removed", operation="REMOVED", **membership)
    assert removed["membershipId"] == added["membershipId"]
    expect(watcher, "thing/l/deleted", operation="DELETED", thingId=thing["thingId"], versionNumber=2)
    iot.delete_thing_group(thingGroupName="C")
    expect(watcher, "thingGroup/C/deleted", operation="DELETED", versionNumber=2)
    expect(watcher, "thingGroupHierarchy/thingGroup/P/childThingGroup/C/removed", operation="REMOVED", **hierarchy)

    # What was refused is no event, and what is switched off is none.
    iot.update_event_configurations(eventConfigurations={"THING_GROUP": {"Enabled": False}})
    iot.delete_thing_group(thingGroupName="P")
    iot.create_thing(thingName="last")
    expect(watcher, "thing/last/created", thingName="last")
    watcher.stop()


def a_rule_takes_them(world, iot):
    """Events go through the rules, as on AWS; a device cannot forge one."""
    role = world.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))["Role"]["Arn"]
    world.client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document(("Allow", "iot:*", "*", {})))
    iot.create_topic_rule(ruleName="made", topicRulePayload={
        "sql": "SELECT thingName FROM '$aws/events/thing/+/created'", "awsIotSqlVersion": "2016-03-23",
        "actions": [{"republish": {"roleArn": role, "topic": "made", "qos": 1}}]})
    leaf = Authority(world.folder, "rule").leaf("rule")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.attach_policy(policyName="watch", target=arn)
    watcher = Watcher(world, leaf, "rule")
    watcher.subscribe("made")
    assert not publishes(world, leaf, "forger", "$aws/events/thing/forged/created")
    iot.create_thing(thingName="true")
    assert watcher.event() == ("made", {"thingName": "true"})
    watcher.stop()


with World(attest=False) as the_world:
    the_iot, the_ca = the_world.client("iot"), Authority(the_world.folder, "maker")
    a_group_lets_its_things_in(the_world, the_iot, the_ca)
    an_open_connection_follows(the_world, the_iot, the_ca)
    conditions_of_a_connect(the_world, the_iot, the_ca)
    names_of_a_certificate(the_world, the_iot, the_ca)
    registry_events(the_world, the_iot, the_ca)
    a_rule_takes_them(the_world, the_iot)
