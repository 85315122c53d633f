"""RegisterThing: templates of AWS's documentation, overrides, all or nothing."""
import json

from aws import refuses, run
from pki import Authority, signing_request

CONNECT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}


def template(thing=None, certificate=None, policy=None, overrides=None, **more):
    resources = {"thing": {"Type": "AWS::IoT::Thing",
                           "Properties": thing or {"ThingName": {"Ref": "ThingName"}, "AttributePayload": {"a": "1"}}},
                 "certificate": {"Type": "AWS::IoT::Certificate",
                                 "Properties": certificate or {"CertificateId": {"Ref": "Id"}, "Status": "ACTIVE"}},
                 "policy": {"Type": "AWS::IoT::Policy", "Properties": policy or {"PolicyDocument": json.dumps(CONNECT)}}}
    if overrides:
        resources["thing"]["OverrideSettings"] = overrides
    return json.dumps({"Parameters": {name: {"Type": "String"} for name in ("ThingName", "Id", "CSR", "Pem", "CaPem")},
                       "Resources": resources, **more})


def one_call_makes_all_three(account):
    iot = account.client("iot")
    cert = iot.create_keys_and_certificate(setAsActive=False)
    made = iot.register_thing(templateBody=template(), parameters={"ThingName": "whole", "Id": cert["certificateId"]})
    arns = made["resourceArns"]
    assert made["certificatePem"] == cert["certificatePem"]
    assert arns["thing"].endswith(":thing/whole") and arns["certificate"] == cert["certificateArn"]
    policy = arns["policy"].rsplit("/", 1)[1]
    assert json.loads(iot.get_policy(policyName=policy)["policyDocument"]) == CONNECT
    assert [p["policyName"] for p in iot.list_attached_policies(target=cert["certificateArn"])["policies"]] == [policy]
    assert iot.list_thing_principals(thingName="whole")["principals"] == [cert["certificateArn"]]
    told = iot.describe_certificate(certificateId=cert["certificateId"])["certificateDescription"]
    assert told["status"] == "ACTIVE"
    again = iot.register_thing(templateBody=template(), parameters={"ThingName": "whole", "Id": cert["certificateId"]})
    assert again["resourceArns"] == arns


def from_a_request_and_from_a_pem(account):
    iot = account.client("iot")
    body = template(certificate={"CertificateSigningRequest": {"Ref": "CSR"}})
    made = iot.register_thing(templateBody=body, parameters={"ThingName": "by-csr", "CSR": signing_request()})
    assert made["certificatePem"].startswith("-----BEGIN CERTIFICATE-----")
    authority = Authority("Templates")
    proof, _ = authority.issue(iot.get_registration_code()["registrationCode"])
    iot.register_ca_certificate(caCertificate=authority.pem, verificationCertificate=proof, setAsActive=True)
    pem, _ = authority.issue("by-pem")
    body = template(certificate={"CertificatePem": {"Ref": "Pem"}, "CACertificatePem": {"Ref": "CaPem"}, "Status": "INACTIVE"})
    for _ in range(2):
        made = iot.register_thing(templateBody=body, parameters={"ThingName": "by-pem", "Pem": pem, "CaPem": authority.pem})
    cert_id = made["resourceArns"]["certificate"].rsplit("/", 1)[1]
    assert iot.describe_certificate(certificateId=cert_id)["certificateDescription"]["status"] == "INACTIVE"


def functions_of_the_template(account):
    iot = account.client("iot")
    cert = iot.create_keys_and_certificate()
    thing = {"ThingName": {"Fn::Join": ["-", ["t", {"Fn::Select": ["1", {"Fn::Split": ["_", {"Ref": "ThingName"}]}]}]]},
             "AttributePayload": {"place": {"Fn::FindInMap": ["Places", {"Ref": "ThingName"}, "room"]},
                                  "sub": {"Fn::Sub": ["${ThingName}:${x}", {"x": "y"}]}}}
    body = template(thing=thing, Mappings={"Places": {"a_b": {"room": "hall"}}})
    iot.register_thing(templateBody=body, parameters={"ThingName": "a_b", "Id": cert["certificateId"]})
    assert iot.describe_thing(thingName="t-b")["attributes"] == {"place": "hall", "sub": "a_b:y"}


def overrides(account):
    iot = account.client("iot")
    cert = iot.create_keys_and_certificate()
    iot.create_thing(thingName="kept", attributePayload={"attributes": {"b": "2"}})
    register = lambda how: iot.register_thing(templateBody=template(overrides={"AttributePayload": how}),
                                              parameters={"ThingName": "kept", "Id": cert["certificateId"]})
    attributes = lambda: iot.describe_thing(thingName="kept")["attributes"]
    refuses("ConflictingResourceUpdateException", 409, register, "FAIL")
    register("DO_NOTHING")
    assert attributes() == {"b": "2"}
    register("MERGE")
    assert attributes() == {"a": "1", "b": "2"}
    register("REPLACE")
    assert attributes() == {"a": "1"}


def what_fails_leaves_nothing_behind(account):
    iot = account.client("iot")
    cert = iot.create_keys_and_certificate()
    given = {"ThingName": "half", "Id": cert["certificateId"]}
    for body, parameters in ((template(), {"ThingName": "half"}),
                             (template(policy={"PolicyName": "no-such-policy"}), given),
                             (template(policy={"PolicyName": "p", "PolicyDocument": "{}"}), given),
                             (template(policy={"PolicyDocument": "{"}), given),
                             (template(certificate={"CertificateId": "0" * 64}), given),
                             (template(certificate={"Status": "ACTIVE"}), given),
                             (template(thing={"ThingName": "half", "ThingTypeName": "none"}), given),
                             (json.dumps({"Resources": {"x": {"Type": "AWS::S3::Bucket", "Properties": {}}}}), given)):
        refuses("ResourceRegistrationFailureException", 400, iot.register_thing, templateBody=body, parameters=parameters)
    refuses("InvalidRequestException", 400, iot.register_thing, templateBody="{", parameters=given)
    refuses("ResourceNotFoundException", 404, iot.describe_thing, thingName="half")
    assert iot.list_attached_policies(target=cert["certificateArn"])["policies"] == []


def a_provisioning_template_from_beginning_to_end(account):
    iot = account.client("iot")
    role = "arn:aws:iam::000000000000:role/provisions"
    made = iot.create_provisioning_template(templateName="life", templateBody='{"Resources":{}}', provisioningRoleArn=role, description="d",
                                            type="JITP", enabled=True, tags=[{"Key": "k", "Value": "v"}])
    assert made["templateArn"].endswith(":provisioningtemplate/life") and made["defaultVersionId"] == 1
    refuses("ResourceAlreadyExistsException", 409, iot.create_provisioning_template, templateName="life", templateBody='{"Resources":{}}',
            provisioningRoleArn=role)
    told = iot.describe_provisioning_template(templateName="life")
    assert (told["type"], told["enabled"], told["description"], told["provisioningRoleArn"]) == ("JITP", True, "d", role)
    second = iot.create_provisioning_template_version(templateName="life", templateBody='{"Resources":{"a":{}}}', setAsDefault=True)
    assert (second["versionId"], second["isDefaultVersion"]) == (2, True)
    assert iot.describe_provisioning_template(templateName="life")["templateBody"] == '{"Resources":{"a":{}}}'
    first = iot.describe_provisioning_template_version(templateName="life", versionId=1)
    assert (first["templateBody"], first["isDefaultVersion"]) == ('{"Resources":{}}', False)
    refuses("DeleteConflictException", 409, iot.delete_provisioning_template_version, templateName="life", versionId=2)
    iot.update_provisioning_template(templateName="life", defaultVersionId=1, enabled=False, description="e")
    told = iot.describe_provisioning_template(templateName="life")
    assert (told["defaultVersionId"], told["enabled"], told["description"]) == (1, False, "e")
    iot.delete_provisioning_template_version(templateName="life", versionId=2)
    refuses("ResourceNotFoundException", 404, iot.describe_provisioning_template_version, templateName="life", versionId=2)
    third = iot.create_provisioning_template_version(templateName="life", templateBody='{"Resources":{}}')
    assert third["versionId"] == 3, "a number stands for one version for ever"
    iot.delete_provisioning_template(templateName="life")
    refuses("ResourceNotFoundException", 404, iot.describe_provisioning_template, templateName="life")


run(a_provisioning_template_from_beginning_to_end, one_call_makes_all_three, from_a_request_and_from_a_pem, functions_of_the_template, overrides,
    what_fails_leaves_nothing_behind)
