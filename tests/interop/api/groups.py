"""Thing groups and their hierarchy, what policies they give, TestAuthorization, and the switches of registry events."""
import json

from aws import Account, everything, refuses, run
from world import World

GROUPS = [("Region", None), ("City", "Region"), ("Street", "City"), ("Kind", None)]


def document(effect, action, resource="*"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource}]})


def make_groups(iot, prefix=""):
    return {name: iot.create_thing_group(thingGroupName=prefix + name, **({"parentGroupName": prefix + parent} if parent else {}))
            for name, parent in GROUPS}


def names(answer, member="thingGroups", key="groupName"):
    return [entry[key] for entry in answer[member]]


def a_group_is_made_described_changed_and_deleted(account):
    iot = account.client("iot")
    properties = {"thingGroupDescription": "all lamps", "attributePayload": {"attributes": {"colour": "red"}}}
    made = iot.create_thing_group(thingGroupName="Lamps", thingGroupProperties=properties, tags=[{"Key": "k", "Value": "v"}])
    assert made["thingGroupArn"] == f"arn:aws:iot:us-east-1:{account.number}:thinggroup/Lamps", made
    assert iot.list_tags_for_resource(resourceArn=made["thingGroupArn"])["tags"] == [{"Key": "k", "Value": "v"}]
    again = iot.create_thing_group(thingGroupName="Lamps", thingGroupProperties=properties)
    assert again["thingGroupId"] == made["thingGroupId"]
    refuses("ResourceAlreadyExistsException", 409, iot.create_thing_group, thingGroupName="Lamps")
    told = iot.describe_thing_group(thingGroupName="Lamps")
    assert told["thingGroupProperties"] == properties and told["version"] == 1, told
    assert told["thingGroupMetadata"]["rootToParentThingGroups"] == [] and "parentGroupName" not in told["thingGroupMetadata"]
    merge = {"attributePayload": {"attributes": {"colour": "", "watt": "40"}, "merge": True}}
    assert iot.update_thing_group(thingGroupName="Lamps", thingGroupProperties=merge, expectedVersion=1)["version"] == 2
    told = iot.describe_thing_group(thingGroupName="Lamps")["thingGroupProperties"]
    assert told == {"thingGroupDescription": "all lamps", "attributePayload": {"attributes": {"watt": "40"}}}, told
    refuses("VersionConflictException", 409, iot.update_thing_group, thingGroupName="Lamps", thingGroupProperties={}, expectedVersion=1)
    refuses("VersionConflictException", 409, iot.delete_thing_group, thingGroupName="Lamps", expectedVersion=1)
    refuses("ResourceNotFoundException", 404, iot.update_thing_group, thingGroupName="None", thingGroupProperties={})
    refuses("InvalidRequestException", 400, iot.create_thing_group, thingGroupName="no spaces")
    refuses("InvalidRequestException", 400, iot.create_thing_group, thingGroupName="g",
            thingGroupProperties={"attributePayload": {"attributes": {"a": "no spaces"}}})
    iot.delete_thing_group(thingGroupName="Lamps")
    iot.delete_thing_group(thingGroupName="Lamps")
    refuses("ResourceNotFoundException", 404, iot.describe_thing_group, thingGroupName="Lamps")
    iot.create_thing_group(thingGroupName="Lamps")
    assert iot.list_tags_for_resource(resourceArn=made["thingGroupArn"])["tags"] == []
    iot.delete_thing_group(thingGroupName="Lamps")


def groups_in_groups(account):
    iot = account.client("iot")
    made = make_groups(iot)
    refuses("InvalidRequestException", 400, iot.create_thing_group, thingGroupName="g", parentGroupName="None")
    above = iot.describe_thing_group(thingGroupName="Street")["thingGroupMetadata"]
    assert above["parentGroupName"] == "City"
    assert above["rootToParentThingGroups"] == [{"groupName": n, "groupArn": made[n]["thingGroupArn"]} for n in ("Region", "City")]
    assert names(iot.list_thing_groups()) == ["City", "Kind", "Region", "Street"]
    assert names(iot.list_thing_groups(recursive=False)) == ["Kind", "Region"]
    assert names(iot.list_thing_groups(parentGroup="Region")) == ["City"]
    assert names(iot.list_thing_groups(parentGroup="Region", recursive=True)) == ["City", "Street"]
    assert names(iot.list_thing_groups(namePrefixFilter="S")) == ["Street"]
    pages = [iot.list_thing_groups(maxResults=3)]
    pages.append(iot.list_thing_groups(maxResults=3, nextToken=pages[0]["nextToken"]))
    assert [g["groupName"] for g in everything(pages, "thingGroups")] == ["City", "Kind", "Region", "Street"]
    refuses("InvalidRequestException", 400, iot.delete_thing_group, thingGroupName="City")
    parent = "Kind"
    for level in range(2, 8):
        parent = iot.create_thing_group(thingGroupName=f"level-{level}", parentGroupName=parent)["thingGroupName"]
    refuses("InvalidRequestException", 400, iot.create_thing_group, thingGroupName="level-8", parentGroupName=parent)
    for level in range(7, 1, -1):
        iot.delete_thing_group(thingGroupName=f"level-{level}")


def things_in_groups(account):
    iot = account.client("iot")
    for name in ("a", "b", "c"):
        iot.create_thing(thingName=name)
    iot.add_thing_to_thing_group(thingGroupName="Street", thingName="a")
    iot.add_thing_to_thing_group(thingGroupName="Street", thingName="a")
    iot.add_thing_to_thing_group(thingGroupArn=f"arn:aws:iot:us-east-1:{account.number}:thinggroup/Kind",
                                 thingArn=f"arn:aws:iot:us-east-1:{account.number}:thing/a")
    iot.add_thing_to_thing_group(thingGroupName="City", thingName="b")
    # "You can't add a thing to more than one group in the same hierarchy."
    refuses("InvalidRequestException", 400, iot.add_thing_to_thing_group, thingGroupName="Region", thingName="a")
    refuses("ResourceNotFoundException", 404, iot.add_thing_to_thing_group, thingGroupName="None", thingName="a")
    refuses("ResourceNotFoundException", 404, iot.add_thing_to_thing_group, thingGroupName="City", thingName="none")
    refuses("InvalidRequestException", 400, iot.add_thing_to_thing_group, thingGroupName="City")
    refuses("InvalidRequestException", 400, iot.add_thing_to_thing_group, thingGroupName="City", thingName="c",
            thingArn=f"arn:aws:iot:us-east-1:{account.number}:thing/a")
    assert names(iot.list_thing_groups_for_thing(thingName="a")) == ["Kind", "Street"]
    assert iot.list_things_in_thing_group(thingGroupName="City")["things"] == ["b"]
    assert iot.list_things_in_thing_group(thingGroupName="City", recursive=True)["things"] == ["a", "b"]
    assert iot.list_things_in_thing_group(thingGroupName="Region", recursive=True, maxResults=1)["things"] == ["a"]
    iot.update_thing_groups_for_thing(thingName="a", thingGroupsToRemove=["Street"], thingGroupsToAdd=["City"])
    assert names(iot.list_thing_groups_for_thing(thingName="a")) == ["City", "Kind"]
    # Both or none: a thing is not left outside when it cannot enter.
    refuses("ResourceNotFoundException", 404, iot.update_thing_groups_for_thing, thingName="a", thingGroupsToRemove=["City"],
            thingGroupsToAdd=["None"])
    assert names(iot.list_thing_groups_for_thing(thingName="a")) == ["City", "Kind"]
    iot.remove_thing_from_thing_group(thingGroupName="Kind", thingName="a")
    iot.remove_thing_from_thing_group(thingGroupName="Kind", thingName="a")
    iot.delete_thing(thingName="b")
    assert iot.list_things_in_thing_group(thingGroupName="City")["things"] == ["a"]
    iot.delete_thing_group(thingGroupName="Street")
    for i in range(10):
        iot.create_thing_group(thingGroupName=f"many-{i}")
        iot.add_thing_to_thing_group(thingGroupName=f"many-{i}", thingName="c")
    refuses("InvalidRequestException", 400, iot.add_thing_to_thing_group, thingGroupName="City", thingName="c")


def policies_of_groups(account):
    iot = account.client("iot")
    arns = {name: made["thingGroupArn"] for name, made in make_groups(iot, "p-").items()}
    cert = iot.create_keys_and_certificate(setAsActive=True)["certificateArn"]
    iot.create_thing(thingName="bound")
    iot.attach_thing_principal(thingName="bound", principal=cert)
    for name in ("own", "region", "street", "no"):
        iot.create_policy(policyName=name, policyDocument=document("Deny" if name == "no" else "Allow",
                                                                   "iot:Publish" if name in ("region", "no") else "iot:Connect"))
    iot.attach_policy(policyName="own", target=cert)
    iot.attach_policy(policyName="region", target=arns["Region"])
    iot.attach_policy(policyName="street", target=arns["Street"])
    iot.attach_policy(policyName="own", target=arns["Street"])
    refuses("ResourceNotFoundException", 404, iot.attach_policy, policyName="own", target=arns["Street"] + "x")
    refuses("ResourceNotFoundException", 404, iot.attach_policy, policyName="own", target=arns["Street"].replace("us-east", "eu-west"))
    listed = iot.list_attached_policies(target=arns["Street"])
    assert names(listed, "policies", "policyName") == ["own", "street"]
    listed = iot.list_attached_policies(target=arns["Street"], recursive=True)
    assert names(listed, "policies", "policyName") == ["own", "region", "street"]
    assert iot.list_targets_for_policy(policyName="region")["targets"] == [arns["Region"]]
    effective = lambda **who: sorted(names(iot.get_effective_policies(**who), "effectivePolicies", "policyName"))
    assert effective(thingName="bound") == []
    iot.add_thing_to_thing_group(thingGroupName="p-Street", thingName="bound")
    assert effective(thingName="bound") == ["own", "region", "street"]
    assert effective(principal=cert) == ["own"]
    assert effective(principal=cert, thingName="bound") == ["own", "region", "street"]
    assert effective(principal=arns["Street"]) == ["own", "region", "street"]

    topic, client = [f"arn:aws:iot:us-east-1:{account.number}:{r}" for r in ("topic/t", "client/bound")]
    ask = [{"actionType": "PUBLISH", "resources": [topic]}, {"actionType": "CONNECT", "resources": [client]}]

    def decide(**more):
        results = iot.test_authorization(authInfos=ask, **more)["authResults"]
        assert [r["authInfo"] for r in results] == ask
        return [(r["authDecision"], *(names(r[a] if b is None else r[a][b], "policies", "policyName") for a, b in
                                      (("allowed", None), ("denied", "explicitDeny")))) for r in results]

    assert decide(principal=cert) == [("IMPLICIT_DENY", [], []), ("ALLOWED", ["own"], [])]
    # "For the policy to take effect, the clientId and the thing name must match."
    assert decide(principal=cert, clientId="another")[0] == ("IMPLICIT_DENY", [], [])
    assert decide(principal=cert, clientId="bound") == [("ALLOWED", ["region"], []), ("ALLOWED", ["own", "street"], [])]
    assert decide(principal=cert, clientId="bound", policyNamesToAdd=["no"])[0] == ("EXPLICIT_DENY", ["region"], ["no"])
    assert decide(principal=cert, clientId="bound", policyNamesToSkip=["region"])[0] == ("IMPLICIT_DENY", [], [])
    assert decide(principal=arns["Region"])[0] == ("ALLOWED", ["region"], [])
    assert decide(policyNamesToAdd=["street"])[1] == ("ALLOWED", ["street"], [])
    iot.create_policy(policyName="variable", policyDocument=document("Allow", "iot:Publish",
                                                                     topic[:-1] + "${iot:Connection.Thing.ThingName}"))
    told = iot.test_authorization(principal=cert, policyNamesToAdd=["variable"],
                                  authInfos=[{"actionType": "PUBLISH", "resources": [topic[:-1] + "bound"]}])["authResults"][0]
    assert (told["authDecision"], told["missingContextValues"]) == ("IMPLICIT_DENY", ["iot:Connection.Thing.ThingName"]), told
    refuses("ResourceNotFoundException", 404, iot.test_authorization, authInfos=ask, policyNamesToAdd=["none"])
    refuses("InvalidRequestException", 400, iot.test_authorization, authInfos=[])
    refuses("InvalidRequestException", 400, iot.test_authorization, authInfos=[{"actionType": "DANCE", "resources": ["*"]}])
    # The group takes its attachments along.
    iot.delete_thing_group(thingGroupName="p-Street")
    assert effective(thingName="bound") == []
    iot.delete_policy(policyName="street")


def groups_in_a_template(account):
    iot = account.client("iot")
    for name in ("t-one", "t-two"):
        iot.create_thing_group(thingGroupName=name)
    cert = iot.create_keys_and_certificate()["certificateId"]

    def register(groups, override=None):
        thing = {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": "templated", "ThingGroups": groups}}
        if override:
            thing["OverrideSettings"] = {"ThingGroups": override}
        certificate = {"Type": "AWS::IoT::Certificate", "Properties": {"CertificateId": cert}}
        iot.register_thing(templateBody=json.dumps({"Resources": {"thing": thing, "certificate": certificate}}))
        return names(iot.list_thing_groups_for_thing(thingName="templated"))

    refuses("ResourceRegistrationFailureException", 400, register, ["none"])
    refuses("ResourceNotFoundException", 404, iot.describe_thing, thingName="templated")
    assert register(["t-one"]) == ["t-one"]
    assert register(["t-two"]) == ["t-one"]
    assert register(["t-two"], "MERGE") == ["t-one", "t-two"]
    assert register(["t-two"], "REPLACE") == ["t-two"]
    refuses("ConflictingResourceUpdateException", 409, register, ["t-one"], "FAIL")
    refuses("ResourceRegistrationFailureException", 400, register, [7], "MERGE")


def switches_of_events(account):
    iot = account.client("iot")
    told = iot.describe_event_configurations()
    assert "creationDate" not in told and "lastModifiedDate" not in told
    assert set(told["eventConfigurations"]) == {
        "THING", "THING_GROUP", "THING_TYPE", "THING_GROUP_MEMBERSHIP", "THING_GROUP_HIERARCHY", "THING_TYPE_ASSOCIATION", "JOB",
        "JOB_EXECUTION", "POLICY", "CERTIFICATE", "CA_CERTIFICATE"}
    on = lambda: {name for name, c in iot.describe_event_configurations()["eventConfigurations"].items() if c["Enabled"]}
    assert on() == set()
    iot.update_event_configurations(eventConfigurations={"THING": {"Enabled": True}, "CA_CERTIFICATE": {"Enabled": True}})
    iot.update_event_configurations(eventConfigurations={"THING_TYPE": {"Enabled": True}, "CA_CERTIFICATE": {"Enabled": False}})
    assert on() == {"THING", "THING_TYPE"}
    told = iot.describe_event_configurations()
    assert told["creationDate"] <= told["lastModifiedDate"]
    refuses("InvalidRequestException", 400, iot.update_event_configurations, eventConfigurations={"PARTY": {"Enabled": True}})
    assert on() == {"THING", "THING_TYPE"}


def a_restart_keeps_it_all():
    with World(attest=False) as world:
        iot = Account(world).client("iot")
        made = make_groups(iot)
        iot.create_thing(thingName="a")
        iot.add_thing_to_thing_group(thingGroupName="Street", thingName="a")
        iot.create_policy(policyName="p", policyDocument=document("Allow", "iot:*"))
        iot.attach_policy(policyName="p", target=made["Region"]["thingGroupArn"])
        iot.update_event_configurations(eventConfigurations={"THING": {"Enabled": True}})
        before = iot.describe_thing_group(thingGroupName="Street"), iot.describe_event_configurations()
        world.cloud.kill()
        world.cloud.start()
        iot = Account(world).client("iot")
        after = iot.describe_thing_group(thingGroupName="Street"), iot.describe_event_configurations()
        for was, is_now in zip(before, after):
            assert {**was, "ResponseMetadata": 0} == {**is_now, "ResponseMetadata": 0}
        assert iot.list_things_in_thing_group(thingGroupName="Region", recursive=True)["things"] == ["a"]
        assert names(iot.get_effective_policies(thingName="a"), "effectivePolicies", "policyName") == ["p"]


run(a_group_is_made_described_changed_and_deleted, groups_in_groups, things_in_groups, policies_of_groups, groups_in_a_template,
    switches_of_events)
a_restart_keeps_it_all()
