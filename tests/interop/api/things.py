"""Things, thing types, tags, and which principals are attached."""
from aws import everything, newer, refuses, run


def a_thing_from_beginning_to_end(account):
    iot = account.client("iot")
    made = iot.create_thing(thingName="lamp", attributePayload={"attributes": {"room": "hall", "colour": "red"}})
    assert iot.create_thing(thingName="lamp", attributePayload={"attributes": {"room": "hall", "colour": "red"}}) is not None
    refuses("ResourceAlreadyExistsException", 409, iot.create_thing, thingName="lamp")
    told = iot.describe_thing(thingName="lamp")
    assert told["version"] == 1 and told["attributes"] == {"room": "hall", "colour": "red"}
    assert (told["thingArn"], told["thingId"]) == (made["thingArn"], made["thingId"])
    iot.update_thing(thingName="lamp", attributePayload={"attributes": {"colour": "", "size": "9"}, "merge": True})
    told = iot.describe_thing(thingName="lamp")
    assert told["version"] == 2 and told["attributes"] == {"room": "hall", "size": "9"}
    refuses("VersionConflictException", 409, iot.update_thing, thingName="lamp", expectedVersion=1,
            attributePayload={"attributes": {}})
    refuses("VersionConflictException", 409, iot.delete_thing, thingName="lamp", expectedVersion=1)
    iot.delete_thing(thingName="lamp", expectedVersion=2)
    refuses("ResourceNotFoundException", 404, iot.describe_thing, thingName="lamp")
    iot.delete_thing(thingName="lamp")


def fields_that_break_their_rule(account):
    iot = account.client("iot")
    message = refuses("InvalidRequestException", 400, iot.create_thing, thingName="two words")
    assert message == ("1 validation error detected: Value 'two words' at 'thingName' failed to satisfy constraint: "
                       "Member must satisfy regular expression pattern: [a-zA-Z0-9:_-]+"), message
    refuses("InvalidRequestException", 400, account.call, "iot", "CreateThing", "POST", "/things/" + "x" * 129, {})
    refuses("InvalidRequestException", 400, iot.create_thing, thingName="t", attributePayload={"attributes": {"a b": "c"}})
    refuses("InvalidRequestException", 400, iot.create_thing, thingName="t", attributePayload={"attributes": {"a": "c" * 801}})
    four = {"attributes": {name: "1" for name in "abcd"}}
    refuses("InvalidRequestException", 400, iot.create_thing, thingName="t", attributePayload=four)
    refuses("InvalidRequestException", 400, account.call, "iot", "CreateThing", "POST", "/things/t", {"attributePayload": 7})
    refuses("ResourceNotFoundException", 404, iot.create_thing, thingName="t", thingTypeName="none")


def thing_types(account):
    iot = account.client("iot")
    made = iot.create_thing_type(thingTypeName="lamp", tags=[{"Key": "k", "Value": "v"}],
                                 thingTypeProperties={"thingTypeDescription": "a lamp", "searchableAttributes": ["room"]})
    told = iot.describe_thing_type(thingTypeName="lamp")
    assert told["thingTypeProperties"] == {"thingTypeDescription": "a lamp", "searchableAttributes": ["room"]}
    assert told["thingTypeMetadata"]["deprecated"] is False and told["thingTypeId"] == made["thingTypeId"]
    attributes = {"attributes": {name: "1" for name in "abcde"}}
    iot.create_thing(thingName="typed", thingTypeName="lamp", attributePayload=attributes)
    assert iot.describe_thing(thingName="typed")["thingTypeName"] == "lamp"
    assert [t["thingTypeName"] for t in iot.list_thing_types(thingTypeName="lamp")["thingTypes"]] == ["lamp"]
    refuses("InvalidRequestException", 400, iot.delete_thing_type, thingTypeName="lamp")
    iot.deprecate_thing_type(thingTypeName="lamp")
    assert iot.describe_thing_type(thingTypeName="lamp")["thingTypeMetadata"]["deprecated"] is True
    refuses("InvalidRequestException", 400, iot.create_thing, thingName="late", thingTypeName="lamp")
    refuses("InvalidRequestException", 400, iot.delete_thing_type, thingTypeName="lamp")
    iot.deprecate_thing_type(thingTypeName="lamp", undoDeprecate=True)
    iot.update_thing(thingName="typed", removeThingType=True, attributePayload={"attributes": {"a": "1"}})
    assert "thingTypeName" not in iot.describe_thing(thingName="typed")


def tags(account):
    iot = account.client("iot")
    arn = iot.create_thing_type(thingTypeName="tagged")["thingTypeArn"]
    iot.tag_resource(resourceArn=arn, tags=[{"Key": "one", "Value": "1"}, {"Key": "two", "Value": ""}])
    iot.tag_resource(resourceArn=arn, tags=[{"Key": "one", "Value": "uno"}])
    told = {t["Key"]: t["Value"] for t in iot.list_tags_for_resource(resourceArn=arn)["tags"]}
    assert told == {"one": "uno", "two": ""}
    iot.untag_resource(resourceArn=arn, tagKeys=["one"])
    assert [t["Key"] for t in iot.list_tags_for_resource(resourceArn=arn)["tags"]] == ["two"]
    refuses("ResourceNotFoundException", 404, iot.list_tags_for_resource, resourceArn=arn + "s")
    refuses("InvalidRequestException", 400, iot.tag_resource, resourceArn="no arn", tags=[])


def lists_by_attribute_and_type(account):
    iot = account.client("iot")
    for i in range(9):
        iot.create_thing(thingName=f"find-{i}", attributePayload={"attributes": {"floor": f"level{i % 3}"}})
    names = lambda **by: [t["thingName"] for t in everything(iot.get_paginator("list_things").paginate(
        PaginationConfig={"PageSize": 2}, **by), "things")]
    assert names(attributeName="floor", attributeValue="level1") == ["find-1", "find-4", "find-7"]
    assert len(names(attributeName="floor", attributeValue="lev", usePrefixAttributeValue=True)) == 9
    assert names(thingTypeName="nothing") == []
    assert len(names()) >= 9
    refuses("InvalidRequestException", 400, iot.list_things, maxResults=0)


def principals(account):
    iot = account.client("iot")
    arn = iot.create_keys_and_certificate()["certificateArn"]
    for name in ("door", "gate"):
        iot.create_thing(thingName=name)
        iot.attach_thing_principal(thingName=name, principal=arn)
    iot.attach_thing_principal(thingName="door", principal=arn)
    assert iot.list_thing_principals(thingName="door")["principals"] == [arn]
    assert iot.list_principal_things(principal=arn)["things"] == ["door", "gate"]
    first = iot.list_principal_things(principal=arn, maxResults=1)
    second = iot.list_principal_things(principal=arn, maxResults=1, nextToken=first["nextToken"])
    assert first["things"] + second["things"] == ["door", "gate"] and "nextToken" not in second
    refuses("InvalidRequestException", 400, iot.delete_thing, thingName="door")
    refuses("ResourceNotFoundException", 404, iot.attach_thing_principal, thingName="nowhere", principal=arn)
    refuses("ResourceNotFoundException", 404, iot.attach_thing_principal, thingName="door", principal=arn[:-64] + "1" * 64)
    iot.detach_thing_principal(thingName="door", principal=arn)
    iot.detach_thing_principal(thingName="door", principal=arn)
    iot.delete_thing(thingName="door")


def exclusive_principals_and_the_second_lists(account):
    iot = account.client("iot")
    exclusive, shared = (iot.create_keys_and_certificate()["certificateArn"] for _ in range(2))
    iot.create_thing(thingName="mine")
    attach = newer("/things/mine/principals", thingPrincipalType="EXCLUSIVE_THING")
    account.call("iot", "AttachThingPrincipal", "PUT", attach, headers={"x-amzn-principal": exclusive})
    iot.attach_thing_principal(thingName="mine", principal=shared)
    told = account.call("iot", "ListThingPrincipalsV2", "GET", "/things/mine/principals-v2")["thingPrincipalObjects"]
    assert {p["principal"]: p["thingPrincipalType"] for p in told} == {
        exclusive: "EXCLUSIVE_THING", shared: "NON_EXCLUSIVE_THING"}
    only = newer("/things/mine/principals-v2", thingPrincipalType="EXCLUSIVE_THING")
    told = account.call("iot", "ListThingPrincipalsV2", "GET", only)["thingPrincipalObjects"]
    assert [p["principal"] for p in told] == [exclusive]
    told = account.call("iot", "ListPrincipalThingsV2", "GET", "/principals/things-v2",
                        headers={"x-amzn-principal": exclusive})
    assert told["principalThingObjects"] == [{"thingName": "mine", "thingPrincipalType": "EXCLUSIVE_THING"}]
    refuses("InvalidRequestException", 400, account.call, "iot", "ListThingPrincipalsV2", "GET",
            newer("/things/mine/principals-v2", thingPrincipalType="SOMEHOW"))


run(a_thing_from_beginning_to_end, fields_that_break_their_rule, thing_types, tags, lists_by_attribute_and_type, principals,
    exclusive_principals_and_the_second_lists)
