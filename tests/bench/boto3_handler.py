"""A handler in Python with boto3 that makes the calls of a first registration, in a Lambda's loop: what the native one is measured
beside."""
import http.client
import json
import os

import boto3
from cryptography import x509
from cryptography.x509.oid import NameOID

PARAMETERS = ("name", "type", "certificate", "device", "notBefore", "tenant", "policy")


def ref(name):
    return {"Ref": name}


TEMPLATE = json.dumps({
    "Parameters": {name: {"Type": "String"} for name in PARAMETERS},
    "Resources": {
        "thing": {"Type": "AWS::IoT::Thing", "Properties": {
            "ThingName": ref("name"), "ThingTypeName": ref("type"), "AttributePayload": {
                "deviceId": ref("device"), "certificateId": ref("certificate"), "notBefore": ref("notBefore"),
                "tenant": ref("tenant")}}, "OverrideSettings": {"AttributePayload": "FAIL", "ThingTypeName": "DO_NOTHING"}},
        "certificate": {"Type": "AWS::IoT::Certificate", "Properties": {"CertificateId": ref("certificate"), "Status": "ACTIVE"},
                        "OverrideSettings": {"Status": "DO_NOTHING"}},
        "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": ref("policy")}}}})

iot = boto3.client("iot", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
data = boto3.client("iot-data", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def handle(event):
    certificate_id = event["certificateId"]
    description = iot.describe_certificate(certificateId=certificate_id)["certificateDescription"]
    certificate = x509.load_pem_x509_certificate(description["certificatePem"].encode())
    device = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    name = f"Azure-Sphere-{device[:5]}"
    try:
        iot.describe_thing(thingName=name)
        return {"decision": "not measured"}
    except iot.exceptions.ResourceNotFoundException:
        pass
    data.publish(topic=f"zerotouch/{device}/identity", qos=1, retain=True, payload=json.dumps({"thingName": name}))
    iot.register_thing(templateBody=TEMPLATE, parameters={
        "name": name, "type": os.environ["ZT_THING_TYPE"], "certificate": certificate_id, "device": device,
        "notBefore": str(int(certificate.not_valid_before.timestamp())), "tenant": os.environ["ZT_TENANTS"],
        "policy": os.environ["ZT_POLICY_NAME"]})
    iot.attach_thing_principal(thingName=name, principal=description["certificateArn"])
    iot.update_certificate(certificateId=certificate_id, newStatus="ACTIVE")
    return {"decision": "created", "thingName": name}


def main():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = api.getresponse()
        result = handle(json.loads(answer.read()))
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", json.dumps(result).encode())
        api.getresponse().read()


main()
