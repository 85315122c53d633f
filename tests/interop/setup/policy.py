"""What `zerotouch policy check` says is what the gateway does with clients that we did not write."""
import json
import subprocess

from world import DEADLINE_S, World

POLICY = "zerotouch-device"
NOT_ALLOWED = 22


class Judge:
    """Asks the command and the gateway the same question; both must say the same."""

    def __init__(self, world, device):
        self.world, self.device = world, device
        self.tls = ["-h", "localhost", "-p", str(world.mqtt_port), "--cafile", world.cloud_ca, "--cert", str(device.certificate),
                    "--key", str(device.key), "-V", "5"]

    def said(self, *more):
        done = self.world.run("zerotouch", "policy", "check", "--json", *more, check=False)
        assert done.returncode in (0, NOT_ALLOWED) and done.stderr == b"", done
        answer = json.loads(done.stdout)
        assert answer["allowed"] == (done.returncode == 0)
        return answer

    def run(self, *argv):
        return subprocess.run([str(word) for word in argv], capture_output=True, timeout=DEADLINE_S)

    def connects(self, client_id):
        return self.run("mosquitto_sub", *self.tls, "-i", client_id, "-t", f"dt/{self.device.id}/x", "-E").returncode == 0

    def publishes(self, topic):
        return self.run("mosquitto_pub", *self.tls, "-i", self.device.id, "-q", "1", "-t", topic, "-m", "{}").returncode == 0

    def posts(self, topic):
        done = self.run("curl", "--silent", "--http1.1", "--cert", self.device.certificate, "--key", self.device.key, "--cacert",
                        self.world.cloud_ca, "--data-binary", "{}", "--write-out", "%{http_code}", "--output", "/dev/null",
                        f"https://localhost:{self.world.https_port}/topics/{topic.replace('/', '%2F').replace('$', '%24')}")
        assert done.stdout in (b"200", b"403"), done
        return done.stdout == b"200"

    def subscribes(self, topic):
        done = self.run("mosquitto_sub", *self.tls, "-i", self.device.id, "-t", topic, "-E", "-d")
        assert b"received SUBACK" in done.stdout, done
        granted = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith(b"Subscribed (mid: 1): ")]
        return granted == [b"0"]

    def agree(self, does, action, name, expected, policy_sid=None, *more):
        who = ("--device", self.device.id, "--action", action)
        where = ("--client-id", name) if action == "iot:Connect" else ("--topic", name)
        answer, done = self.said(*who, *where, *more), does(name)
        assert answer["allowed"] == done == expected, f"{action} {name}: said {answer}, done {done}"
        if policy_sid:
            assert (answer["policy"], answer["sid"]) == (POLICY, policy_sid), answer
        return answer


def test_the_device_policy(judge, other):
    me = judge.device.id
    thing = next(t["thingName"] for t in judge.world.things() if t["deviceId"] == me)
    judge.agree(judge.connects, "iot:Connect", me, True, "Connect")
    judge.agree(judge.connects, "iot:Connect", other.id, False)
    judge.agree(judge.publishes, "iot:Publish", f"dt/{me}/t", True, "Publish")
    judge.agree(judge.publishes, "iot:Publish", "myhome/myroom", True, "Publish")
    judge.agree(judge.publishes, "iot:Publish", f"dt/{other.id}/t", False)
    judge.agree(judge.publishes, "iot:Publish", "elsewhere", False)
    judge.agree(judge.publishes, "iot:Publish", f"$aws/things/{thing}/shadow/update", True, "Shadow")
    judge.agree(judge.publishes, "iot:Publish", "$aws/things/another/shadow/update", False)
    judge.agree(judge.subscribes, "iot:Subscribe", f"dt/{me}/+", True, "Subscribe")
    judge.agree(judge.subscribes, "iot:Subscribe", f"dt/{other.id}/+", False)
    judge.agree(judge.subscribes, "iot:Subscribe", "#", False)
    judge.agree(judge.posts, "iot:Publish", "myhome/myroom", True, "Publish", "--https")
    judge.agree(judge.posts, "iot:Publish", f"dt/{other.id}/t", False, None, "--https")
    # By HTTPS there is no Thing: the same topic that MQTT allows.
    judge.agree(judge.posts, "iot:Publish", f"$aws/things/{thing}/shadow/update", False, None, "--https")


def test_a_deny_is_named(judge):
    iot = judge.world.client("iot")
    document = json.loads(iot.get_policy(policyName=POLICY)["policyDocument"])
    number = len(document["Statement"]) + 1
    document["Statement"].append({"Sid": "NoRoom", "Effect": "Deny", "Action": "iot:Publish", "Resource": "*", "Condition": {
        "StringEquals": {"iot:Certificate.Subject.CommonName": judge.device.id}}})
    iot.create_policy_version(policyName=POLICY, setAsDefault=True, policyDocument=json.dumps(document))
    answer = judge.agree(judge.publishes, "iot:Publish", "myhome/myroom", False, "NoRoom")
    assert answer["statement"] == number and "denied" in answer["decision"], answer
    text = judge.world.run("zerotouch", "policy", "check", "--device", judge.device.id, "--action", "iot:Publish", "--topic",
                           "myhome/myroom", check=False).stdout.decode()
    assert f"{POLICY}: denied by statement {number} (NoRoom)" in text, text


def test_groups_give_policies_to_their_things(judge):
    iot = judge.world.client("iot")
    me = judge.device.id
    arn = next(c["certificateArn"] for c in iot.list_certificates()["certificates"]
               if iot.list_principal_things(principal=c["certificateArn"])["things"] ==
               [t["thingName"] for t in judge.world.things() if t["deviceId"] == me])
    name = iot.list_principal_things(principal=arn)["things"][0]
    group = iot.create_thing_group(thingGroupName="Readers")["thingGroupArn"]
    iot.create_policy(policyName="of-the-group", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "Group", "Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}))
    iot.attach_policy(policyName="of-the-group", target=group)
    iot.add_thing_to_thing_group(thingGroupName="Readers", thingName=name)
    judge.agree(judge.connects, "iot:Connect", "somebody", False)
    answer = judge.said("--device", me, "--action", "iot:Connect", "--client-id", name)
    assert answer["allowed"] and (answer["policy"], answer["sid"]) == ("of-the-group", "Group"), answer
    assert judge.connects(name)
    iot.remove_thing_from_thing_group(thingGroupName="Readers", thingName=name)
    judge.agree(judge.connects, "iot:Connect", name, False)


def test_an_inactive_certificate_may_nothing(judge):
    iot = judge.world.client("iot")
    (mine,) = [t for t in judge.world.things() if t["deviceId"] == judge.device.id]
    iot.update_certificate(certificateId=mine["certificateId"], newStatus="INACTIVE")
    answer = judge.said("--certificate", mine["certificateId"], "--client-id", judge.device.id, "--action", "iot:Connect")
    assert answer["certificateStatus"] == "INACTIVE" and not answer["allowed"] and "allowed" in answer["decision"]
    assert not judge.publishes(f"dt/{judge.device.id}/t")


def test_offline(judge):
    """No account is asked: no credentials, no Region, and an endpoint where nobody is."""
    world = judge.world
    arn = "arn:aws:iot:eu-west-1:123456789012:"
    path = world.folder / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Publish", "Resource": arn + "topic/${iot:Connection.Thing.ThingName}/${iot:ClientId}"},
        {"Sid": "Zone", "Effect": "Deny", "Action": "iot:Publish", "Resource": "*",
         "Condition": {"StringEquals": {"iot:Connection.Thing.Attributes[zone]": "dark"}}}]}))
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    base = ["policy", "check", "--policy", path, "--account", "123456789012", "--region", "eu-west-1", "--action", "iot:Publish",
            "--topic", "lamp/c1", "--json"]

    def allowed(*more):
        done = world.run("zerotouch", *base, *more, env=env, check=False)
        return {0: True, NOT_ALLOWED: False}.get(done.returncode, done)

    assert allowed("--thing", "lamp", "--client-id", "c1") is True
    assert allowed("--thing", "lamp", "--client-id", "c2") is False
    assert allowed("--thing", "lamp", "--client-id", "c1", "--https") is False
    assert allowed("--client-id", "c1") is False
    assert allowed("--client-id", "c1", "--var", "iot:Connection.Thing.ThingName=lamp") is True
    assert allowed("--thing", "lamp", "--client-id", "c1", "--var", "iot:Connection.Thing.Attributes[zone]=dark") is False
    path.write_text('{"Version":"2012-10-17"')
    assert allowed("--thing", "lamp").returncode == 1


def test_usage(judge):
    for wrong in [("--action", "iot:Publish", "--topic", "t"), ("--device", "a", "--certificate", "b", "--action", "iot:Publish"),
                  ("--policy", "/dev/null", "--action", "iot:Fly"), ("--device", judge.device.id, "--action", "iot:Publish")]:
        done = judge.world.run("zerotouch", "policy", "check", *wrong, check=False)
        assert done.returncode in (1, 2) and done.stderr.count(b"\n") == 1, done
    unknown = judge.world.run("zerotouch", "policy", "check", "--device", "nobody", "--action", "iot:Connect", check=False)
    assert unknown.returncode == 5 and b"doctor" in unknown.stderr, unknown


with World() as world:
    tenant = world.tenant()
    world.setup(tenant)
    devices = [world.device(tenant), world.device(tenant)]
    for each in devices:
        each.attest()
        each.publish()
    judge = Judge(world, devices[0])
    test_the_device_policy(judge, devices[1])
    test_offline(judge)
    test_usage(judge)
    test_a_deny_is_named(judge)
    test_groups_give_policies_to_their_things(judge)
    test_an_inactive_certificate_may_nothing(judge)
