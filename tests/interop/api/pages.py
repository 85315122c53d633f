"""Every listing, page by page: whatever the page's size, the pages together are the whole, in its order; a strange token is refused."""
import json

from aws import refuses, run
from pki import Authority

COUNT = 5
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
MANAGED = ["AWSIoTFullAccess", "service-role/AWSLambdaBasicExecutionRole"]
LISTINGS = {"iot": {
    "list_ca_certificates": {}, "list_certificates": {}, "list_certificates_by_ca": {"caCertificateId": "ca"},
    "list_policies": {}, "list_attached_policies": {"target": "certificate"}, "list_targets_for_policy": {"policyName": "name"},
    "list_policy_principals": {"policyName": "name"}, "list_principal_policies": {"principal": "certificate"},
    "list_things": {}, "list_principal_things": {"principal": "certificate"}, "list_thing_principals": {"thingName": "name"},
    "list_thing_types": {}, "list_thing_groups": {}, "list_thing_groups_for_thing": {"thingName": "name"},
    "list_things_in_thing_group": {"thingGroupName": "name"}, "list_topic_rules": {}, "list_topic_rule_destinations": {},
    "list_provisioning_templates": {}, "list_provisioning_template_versions": {"templateName": "name"}},
    "iot-data": {"list_retained_messages": {}, "list_named_shadows_for_thing": {"thingName": "name"}},
    "iam": {"list_roles": {}, "list_role_policies": {"RoleName": "name"}, "list_attached_role_policies": {"RoleName": "name"},
            "list_role_tags": {"RoleName": "name"}},
    "logs": {"describe_log_groups": {}, "describe_log_streams": {"logGroupName": "name"}}}
FEWER = {"list_attached_role_policies": len(MANAGED)}


def make_things(iot, certificates):
    """Five of each noun, all bound to the first of the others, whose name is n0."""
    for n in range(COUNT):
        iot.create_policy(policyName=f"n{n}", policyDocument=POLICY)
        iot.create_thing(thingName=f"n{n}")
        iot.create_thing_type(thingTypeName=f"n{n}")
        iot.create_thing_group(thingGroupName=f"n{n}")
        iot.create_topic_rule(ruleName=f"n{n}", topicRulePayload={"sql": "SELECT * FROM 'a'", "actions": []})
        iot.create_topic_rule_destination(destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": f"https://localhost:1/{n}"}})
        iot.create_provisioning_template(templateName=f"n{n}", templateBody='{"Resources":{}}',
                                         provisioningRoleArn="arn:aws:iam::000000000000:role/n0")
    for n in range(COUNT):
        iot.attach_policy(policyName=f"n{n}", target=certificates[0])
        iot.attach_thing_principal(thingName=f"n{n}", principal=certificates[0])
        iot.add_thing_to_thing_group(thingName=f"n{n}", thingGroupName="n0")
        if n > 0:
            iot.attach_policy(policyName="n0", target=certificates[n])
            iot.attach_thing_principal(thingName="n0", principal=certificates[n])
            iot.add_thing_to_thing_group(thingName="n0", thingGroupName=f"n{n}")
            iot.create_provisioning_template_version(templateName="n0", templateBody='{"Resources":{}}')


def make_all(account):
    """Returns what the listings' parameters stand for."""
    iot, data, iam, logs = (account.client(name) for name in ("iot", "iot-data", "iam", "logs"))
    cas = []
    for n in range(COUNT):
        authority = Authority(f"CA {n}")
        proof, _ = authority.issue(iot.get_registration_code()["registrationCode"])
        cas.append((authority, iot.register_ca_certificate(caCertificate=authority.pem, verificationCertificate=proof)["certificateId"]))
    iot.update_ca_certificate(certificateId=cas[0][1], newStatus="ACTIVE")
    certificates = [iot.register_certificate(certificatePem=cas[0][0].issue(f"leaf {n}")[0], caCertificatePem=cas[0][0].pem)["certificateArn"]
                    for n in range(COUNT)]
    for n in range(COUNT):
        iam.create_role(RoleName=f"n{n}", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="n0", PolicyName=f"n{n}", PolicyDocument=POLICY)
        data.publish(topic=f"kept/{n}", qos=1, retain=True, payload=b"x")
        data.update_thing_shadow(thingName="n0", shadowName=f"n{n}", payload=b'{"state":{"reported":{"a":1}}}')
        logs.create_log_group(logGroupName=f"n{n}")
        logs.create_log_stream(logGroupName="n0", logStreamName=f"n{n}")
    iam.tag_role(RoleName="n0", Tags=[{"Key": f"n{n}", "Value": "x"} for n in range(COUNT)])
    for name in MANAGED:
        iam.attach_role_policy(RoleName="n0", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    make_things(iot, certificates)
    return {"ca": cas[0][1], "certificate": certificates[0], "name": "n0"}


def names_of(client, operation):
    """How the operation names its list, the size of a page, and its tokens: as AWS's model has them."""
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
    inputs, outputs = model.input_shape.members, model.output_shape.members
    members = [name for name, shape in outputs.items() if shape.type_name == "list"]
    size = next(n for n in ("pageSize", "maxResults", "limit", "MaxItems") if n in inputs)
    token = next(n for n in ("marker", "nextToken", "Marker") if n in inputs)
    next_token = next(n for n in ("nextMarker", "nextToken", "Marker") if n in outputs)
    return members[0], size, token, next_token


def pages(client, operation, parameters, size):
    member, size_name, token, next_token = names_of(client, operation)
    answer = getattr(client, operation)(**parameters, **{size_name: size})
    while True:
        yield answer[member], answer.get(next_token)
        if next_token not in answer:
            return
        answer = getattr(client, operation)(**parameters, **{size_name: size, token: answer[next_token]})


def every_listing(account):
    known = make_all(account)
    for service, operations in LISTINGS.items():
        client = account.client(service)
        foreign = None
        for operation, parameters in operations.items():
            parameters = {name: known[key] for name, key in parameters.items()}
            (whole, _), *rest = pages(client, operation, parameters, 50)
            assert len(whole) == FEWER.get(operation, COUNT) and not rest, (operation, whole)
            for size in (1, 2, COUNT):
                cut = list(pages(client, operation, parameters, size))
                assert sum((page for page, _ in cut), []) == whole, (operation, size, cut)
                assert all(len(page) == size for page, _ in cut[:-1]) and len(cut[-1][0]) <= size, (operation, size, cut)
                assert len(cut) == max(1, -(-len(whole) // size)), (operation, size, cut)
            _, _, token, _ = names_of(client, operation)
            invalid = {"iam": "ValidationError", "logs": "InvalidParameterException"}
            for strange in ["none of ours"] + [foreign] * (foreign is not None):
                refuses(invalid.get(service, "InvalidRequestException"), 400, getattr(client, operation), **parameters, **{token: strange})
            foreign = next((given for _, given in pages(client, operation, parameters, 1) if given), foreign)


run(every_listing)
