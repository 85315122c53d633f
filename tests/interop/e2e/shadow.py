"""Device shadows by other people's clients: boto3, the AWS CLI, curl with a device's certificate, paho over MQTT."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from botocore.exceptions import ClientError  # noqa: E402
from gw import Authority, allow  # noqa: E402
from paho_device import Device  # noqa: E402
from world import World  # noqa: E402

DEADLINE_S = 30
OWN = ["$aws/things/${iot:Connection.Thing.ThingName}/shadow/*"]


def error_of(call, *args, **named):
    try:
        call(*args, **named)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]
    raise AssertionError("no error")


def body(answer):
    return json.loads(answer["payload"].read())


def curl(world, leaf, path, *more):
    done = subprocess.run(["curl", "-sS", "-i", "--cacert", world.cloud_ca, "--cert", leaf.pem, "--key", leaf.key, *more,
                           f"https://localhost:{world.https_port}{path}"], capture_output=True, timeout=DEADLINE_S, check=True)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), dict(line.split(": ", 1) for line in lines[1:]), json.loads(content)


with World(attest=False) as world:
    iot, data, ca = world.client("iot"), world.client("iot-data"), Authority(world.folder, "maker")
    leaf = ca.leaf("lamp")
    arn = iot.register_certificate_without_ca(certificatePem=leaf.pem.read_text(), status="ACTIVE")["certificateArn"]
    iot.create_thing(thingName="Lamp")
    iot.attach_thing_principal(thingName="Lamp", principal=arn)
    iot.create_policy(policyName="p", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        allow("iot:Connect", "client/Lamp"), allow(["iot:Publish", "iot:Receive"], *[f"topic/{t}" for t in OWN]),
        allow("iot:Subscribe", *[f"topicfilter/{t}" for t in OWN]),
        allow(["iot:GetThingShadow", "iot:UpdateThingShadow", "iot:DeleteThingShadow"], "thing/Lamp", "thing/Lamp/*"),
        allow("iot:ListNamedShadowsForThing", "thing/Lamp")]}))
    iot.attach_policy(policyName="p", target=arn)

    # boto3, signed.
    assert error_of(data.get_thing_shadow, thingName="Lamp") == ("ResourceNotFoundException", 404, "No shadow exists with name: 'Lamp'")
    answer = body(data.update_thing_shadow(thingName="Lamp", payload=b'{"state":{"desired":{"on":true}},"clientToken":"b"}'))
    assert answer["state"] == {"desired": {"on": True}} and answer["version"] == 1 and answer["clientToken"] == "b", answer
    answer = body(data.get_thing_shadow(thingName="Lamp"))
    assert answer["state"] == {"desired": {"on": True}, "delta": {"on": True}} and "timestamp" in answer["metadata"]["desired"]["on"], answer
    assert error_of(data.update_thing_shadow, thingName="Lamp", payload=b'{"state":{},"version":7}')[:2] == ("ConflictException", 409)
    assert error_of(data.update_thing_shadow, thingName="Lamp", payload=b"{")[:3] == ("InvalidRequestException", 400, "Invalid JSON")
    large = json.dumps({"state": {"desired": {"a": "x" * 9000}}}).encode()
    assert error_of(data.update_thing_shadow, thingName="Lamp", payload=large)[:2] == ("RequestEntityTooLargeException", 413)
    assert error_of(data.update_thing_shadow, thingName="Lamp", payload=b'{"state":{"desired":{"a":"\xff"}}}')[:2] == (
        "UnsupportedDocumentEncodingException", 415)
    for name in ("one", "three", "two"):
        data.update_thing_shadow(thingName="Lamp", shadowName=name, payload=b'{"state":{"reported":{"x":1}}}')
    page = data.list_named_shadows_for_thing(thingName="Lamp", pageSize=2)
    assert page["results"] == ["one", "three"] and isinstance(page["timestamp"], int), page
    rest = data.list_named_shadows_for_thing(thingName="Lamp", pageSize=2, nextToken=page["nextToken"])
    assert rest["results"] == ["two"] and "nextToken" not in rest, rest
    gone = body(data.delete_thing_shadow(thingName="Lamp", shadowName="two"))
    assert gone["version"] == 1 and "state" not in gone, gone
    assert data.list_named_shadows_for_thing(thingName="Lamp")["results"] == ["one", "three"]
    assert error_of(data.delete_thing_shadow, thingName="Lamp", shadowName="two")[2] == "No shadow exists with name: 'Lamp~two'"

    # The AWS CLI.
    out = world.folder / "shadow.json"
    subprocess.run(["/usr/bin/aws", "--endpoint-url", world.control, "iot-data", "get-thing-shadow", "--thing-name", "Lamp", str(out)], env=world.env, check=True,
                   capture_output=True, timeout=60)
    assert json.loads(out.read_text())["version"] == 1

    # A device with its certificate, as AWS answers it.
    status, headers, content = curl(world, leaf, "/things/Lamp/shadow", "-d", '{"state":{"reported":{"on":false}}}')
    assert status == 200 and headers["content-type"] == "application/json" and "x-amzn-RequestId" in headers, headers
    assert content["state"] == {"reported": {"on": False}} and content["version"] == 2, content
    assert curl(world, leaf, "/things/Lamp/shadow?name=one")[2]["state"] == {"reported": {"x": 1}}
    assert curl(world, leaf, "/api/things/shadow/ListNamedShadowsForThing/Lamp")[2]["results"] == ["one", "three"]
    status, headers, content = curl(world, leaf, "/things/Other/shadow", "-d", '{"state":{"reported":{"on":false}}}')
    assert (status, headers["x-amzn-ErrorType"]) == (403, "ForbiddenException:") and set(content) == {"message", "traceId"}, (headers, content)
    why = json.loads(world.run("zerotouch", "why", "--endpoint-url", world.control, "--json").stdout.splitlines()[-1])
    assert (why["rule"], why["attempted"], why["detail"]) == ("ActionDenied", "POST /things/Other/shadow", "no statement of p allows it"), why
    status, headers, content = curl(world, leaf, "/things/Lamp/shadow?name=none", "-X", "DELETE")
    assert (status, content["message"]) == (404, "No shadow exists with name: 'Lamp~none'"), content
    assert headers["x-amzn-ErrorType"] == "ResourceNotFoundException:", headers

    # MQTT.
    prefix = "$aws/things/Lamp/shadow"
    device = Device(world, leaf, "Lamp")
    topics = [f"{prefix}/{t}" for t in ("get/accepted", "get/rejected", "update/accepted", "update/rejected")]
    more = [f"{prefix}/{t}" for t in ("update/delta", "update/documents", "delete/accepted", "delete/rejected")]
    assert device.subscribe(*topics) == [1] * 4 and device.subscribe(*more) == [1] * 4
    device.publish(f"{prefix}/get", {"clientToken": "g"})
    got = device.message(f"{prefix}/get/accepted")
    assert got["version"] == 2 and got["clientToken"] == "g" and got["state"]["delta"] == {"on": True}, got
    device.publish(f"{prefix}/update", {"state": {"reported": {"on": True, "watts": 4}}, "clientToken": "u", "version": 2})
    accepted = device.message(f"{prefix}/update/accepted")
    assert accepted["state"] == {"reported": {"on": True, "watts": 4}} and accepted["version"] == 3 and accepted["clientToken"] == "u"
    documents = device.message(f"{prefix}/update/documents")
    assert documents["previous"]["version"] == 2 and documents["current"]["state"]["reported"] == {"on": True, "watts": 4}, documents
    device.publish(f"{prefix}/update", {"state": {"reported": {"on": True}}, "clientToken": "v", "version": 2})
    rejected = device.message(f"{prefix}/update/rejected")
    assert (rejected["code"], rejected["message"], rejected["clientToken"]) == (409, "Version conflict", "v"), rejected
    # What an operator wants by HTTPS, the device hears as a delta.
    data.update_thing_shadow(thingName="Lamp", payload=b'{"state":{"desired":{"on":false}},"clientToken":"o"}')
    delta = device.message(f"{prefix}/update/delta")
    assert delta["state"] == {"on": False} and delta["version"] == 4 and delta["clientToken"] == "o", delta
    assert device.message(f"{prefix}/update/accepted")["state"] == {"desired": {"on": False}}
    # A named one.
    named = f"{prefix}/name/one"
    device.subscribe(f"{named}/get/accepted", f"{named}/update/accepted")
    device.publish(f"{named}/get")
    assert device.message(f"{named}/get/accepted")["state"] == {"reported": {"x": 1}}

    # A kill right behind the acknowledgement loses nothing.
    device.publish(f"{prefix}/update", {"state": {"reported": {"watts": 5}}})
    device.message(f"{prefix}/update/documents"), device.message(f"{prefix}/update/documents")
    world.cloud.kill()
    device.mqtt.loop_stop()
    world.cloud.start()
    data = world.client("iot-data")
    after = body(data.get_thing_shadow(thingName="Lamp"))
    assert after["version"] == 5 and after["state"]["reported"] == {"on": True, "watts": 5}, after
    assert data.list_named_shadows_for_thing(thingName="Lamp")["results"] == ["one", "three"]

    device = Device(world, leaf, "Lamp")
    device.subscribe(f"{prefix}/delete/accepted", f"{prefix}/delete/rejected", f"{prefix}/get/rejected")
    device.publish(f"{prefix}/delete", {"clientToken": "d"})
    assert device.message(f"{prefix}/delete/accepted")["clientToken"] == "d"
    device.publish(f"{prefix}/get")
    assert device.message(f"{prefix}/get/rejected")["code"] == 404
    device.publish(f"{prefix}/delete")
    assert device.message(f"{prefix}/delete/rejected")["code"] == 404

    # Nobody reaches another's shadow: the connection ends, and the shadow is as it was.
    device.publish("$aws/things/Other/shadow/update", {"state": {"reported": {"forged": True}}})
    device.lost.get(timeout=DEADLINE_S)
    device.mqtt.loop_stop()
    assert error_of(data.get_thing_shadow, thingName="Other")[1] == 404
