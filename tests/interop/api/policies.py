"""IoT policies, their versions and what they are attached to."""
from aws import everything, refuses, run


def document(action="iot:Connect"):
    return '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}' % action


def a_policy_and_its_versions(account):
    iot = account.client("iot")
    made = iot.create_policy(policyName="p", policyDocument=document(), tags=[{"Key": "k", "Value": "v"}])
    assert (made["policyVersionId"], made["policyDocument"]) == ("1", document())
    assert made["policyArn"] == f"arn:aws:iot:us-east-1:{account.number}:policy/p"
    assert iot.get_policy(policyName="p")["defaultVersionId"] == "1"
    message = refuses("ResourceAlreadyExistsException", 409, iot.create_policy, policyName="p", policyDocument=document())
    assert message == "Policy cannot be created - name already exists (name=p)", message
    second = iot.create_policy_version(policyName="p", policyDocument=document("iot:Publish"), setAsDefault=True)
    assert (second["policyVersionId"], second["isDefaultVersion"]) == ("2", True)
    assert iot.get_policy(policyName="p")["policyDocument"] == document("iot:Publish")
    assert iot.get_policy_version(policyName="p", policyVersionId="1")["isDefaultVersion"] is False
    for _ in range(3):
        iot.create_policy_version(policyName="p", policyDocument=document())
    refuses("VersionsLimitExceededException", 409, iot.create_policy_version, policyName="p", policyDocument=document())
    assert len(iot.list_policy_versions(policyName="p")["policyVersions"]) == 5
    refuses("DeleteConflictException", 409, iot.delete_policy_version, policyName="p", policyVersionId="2")
    refuses("DeleteConflictException", 409, iot.delete_policy, policyName="p")
    iot.set_default_policy_version(policyName="p", policyVersionId="1")
    for version in "2345":
        iot.delete_policy_version(policyName="p", policyVersionId=version)
    iot.delete_policy(policyName="p")
    refuses("ResourceNotFoundException", 404, iot.get_policy, policyName="p")


def a_new_policy_does_not_inherit_tags(account):
    iot = account.client("iot")
    for tags in ([{"Key": "k", "Value": "v"}], []):
        arn = iot.create_policy(policyName="again", policyDocument=document(), tags=tags)["policyArn"]
        assert iot.list_tags_for_resource(resourceArn=arn)["tags"] == tags
        iot.delete_policy(policyName="again")


def malformed_documents(account):
    iot = account.client("iot")
    for text in ("{", "[]", '{"Version":"2012-10-17"}', document().replace("Allow", "Perhaps"), document("x" * 3000)):
        refuses("MalformedPolicyException", 400, iot.create_policy, policyName="bad", policyDocument=text)
    refuses("InvalidRequestException", 400, iot.create_policy, policyName="no spaces here", policyDocument=document())


def attachments(account):
    iot = account.client("iot")
    arn = iot.create_keys_and_certificate(setAsActive=True)["certificateArn"]
    for name in ("a", "b"):
        iot.create_policy(policyName=name, policyDocument=document())
        iot.attach_policy(policyName=name, target=arn)
    iot.attach_policy(policyName="a", target=arn)
    attached = iot.list_attached_policies(target=arn)["policies"]
    assert [p["policyName"] for p in attached] == ["a", "b"]
    pages = [iot.list_attached_policies(target=arn, pageSize=1)]
    pages.append(iot.list_attached_policies(target=arn, pageSize=1, marker=pages[0]["nextMarker"]))
    assert [p["policyName"] for p in everything(pages, "policies")] == ["a", "b"] and "nextMarker" not in pages[1]
    assert iot.list_targets_for_policy(policyName="a")["targets"] == [arn]
    assert [p["policyName"] for p in iot.get_effective_policies(principal=arn)["effectivePolicies"]] == ["a", "b"]
    message = refuses("DeleteConflictException", 409, iot.delete_policy, policyName="a")
    assert message.endswith("(name=a)"), message
    iot.detach_policy(policyName="a", target=arn)
    iot.detach_policy(policyName="a", target=arn)
    iot.delete_policy(policyName="a")
    refuses("ResourceNotFoundException", 404, iot.attach_policy, policyName="a", target=arn)
    refuses("ResourceNotFoundException", 404, iot.attach_policy, policyName="b", target=arn[:-64] + "0" * 64)
    refuses("InvalidRequestException", 400, iot.attach_policy, policyName="b", target="somebody")


def the_deprecated_calls(account):
    iot = account.client("iot")
    arn = iot.create_keys_and_certificate()["certificateArn"]
    iot.create_policy(policyName="old", policyDocument=document())
    iot.attach_principal_policy(policyName="old", principal=arn)
    assert [p["policyName"] for p in iot.list_principal_policies(principal=arn)["policies"]] == ["old"]
    assert iot.list_policy_principals(policyName="old")["principals"] == [arn]
    iot.detach_principal_policy(policyName="old", principal=arn)
    assert iot.list_principal_policies(principal=arn)["policies"] == []


def lists_in_pages(account):
    iot = account.client("iot")
    names = [f"page-{i:02}" for i in range(30)]
    for name in names:
        iot.create_policy(policyName=name, policyDocument=document())
    pages = list(iot.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 7}))
    assert len(pages) >= 5
    listed = [p["policyName"] for p in everything(pages, "policies")]
    assert [n for n in listed if n.startswith("page-")] == names


run(a_policy_and_its_versions, a_new_policy_does_not_inherit_tags, malformed_documents, attachments, the_deprecated_calls, lists_in_pages)
