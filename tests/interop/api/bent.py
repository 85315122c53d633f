"""Every operation, asked of things that are not there and with each of its parameters bent: it answers as its model says, success or error."""
from aws import SERVICES, run
from botocore import xform_name
from botocore.exceptions import ClientError

UNKNOWN = ("UnknownOperationException", "InvalidAction")
INTERNAL = ("InternalFailureException", "InternalFailure", "InternalException", "ServiceException", "ServiceUnavailableException")
NOBODY = "a" * 64
WELL_FORMED = {
    "principal": f"arn:aws:iot:us-east-1:000000000000:cert/{NOBODY}", "target": f"arn:aws:iot:us-east-1:000000000000:cert/{NOBODY}",
    "resourceArn": "arn:aws:iot:us-east-1:000000000000:thing/nobody", "arn": "arn:aws:iot:us-east-1:000000000000:ruledestination/http/x",
    "certificateId": NOBODY, "caCertificateId": NOBODY, "policyVersionId": "1"}
BENT = ["", "x" * 5000, "!?* \n"]


def value_of(name, shape, depth=0):
    """Something that the model allows; None where nothing comes to mind."""
    if name in WELL_FORMED and shape.type_name == "string":
        return WELL_FORMED[name]
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "q" * max(shape.metadata.get("min", 1), 5)
    if shape.type_name == "list":
        return [value_of(name, shape.member, depth + 1)]
    if shape.type_name == "map":
        return {"key": value_of(name, shape.value, depth + 1)}
    if shape.type_name == "structure":
        required = shape.required_members if depth < 6 else []
        return {n: value_of(n, shape.members[n], depth + 1) for n in required}
    return {"boolean": True, "blob": b"x", "timestamp": 1, "double": 1.0, "float": 1.0}.get(shape.type_name, max(shape.metadata.get("min", 1), 1))


def requests_of(shape):
    """The smallest one that the model allows, and those where one parameter is not as it should be."""
    base = {name: value_of(name, shape.members[name]) for name in shape.required_members}
    yield base
    for name, member in shape.members.items():
        place = member.serialization.get("location")
        if member.type_name == "string" and place != "header":
            for text in BENT[1 if place == "uri" else 0:]:
                yield {**base, name: text}
        elif member.type_name in ("integer", "long"):
            for number in (-1, 10**9):
                yield {**base, name: number}
        elif member.type_name in ("structure", "list", "map"):
            yield {**base, name: value_of(name, member)}
        if name in base and place != "uri":
            yield {n: v for n, v in base.items() if n != name}


def answered(call, request):
    """Its error's code, or None. That answer and model agree is seen to by Account."""
    try:
        call(**request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def every_operation(account):
    count = {}
    for service in SERVICES:
        client = account.client(service)
        for name in sorted(client.meta.service_model.operation_names):
            shape = client.meta.service_model.operation_model(name).input_shape
            call = getattr(client, xform_name(name))
            first, *rest = requests_of(shape) if shape else [{}]
            if answered(call, first) in UNKNOWN:
                continue
            count[service] = count.get(service, 0) + 1
            for request in rest:
                code = answered(call, request)
                assert code not in INTERNAL, (name, request, code)
    print(count)
    assert count["iot"] > 80 and count["lambda"] > 15 and count["iam"] > 10 and count["logs"] > 10, count


run(every_operation)
