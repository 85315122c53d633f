"""--mode jitp: a provisioning template on the CA and no Lambda; from nothing to a device that is in, to the other way and back, to
nothing; and killed after each call."""
import json

from setup.tool import PARTLY, Killer, Tool
from world import World, wait_for

KINDS = ["thing type", "IoT policy", "IAM role", "role policy", "provisioning template", "CA certificate"]


def test_plan_and_setup(story):
    assert [(item["kind"], item["change"]) for item in story.plan("--mode", "jitp")] == [(kind, "create") for kind in KINDS]
    story.run("setup", "--mode", "jitp")
    assert story.changes("--mode", "jitp") == []
    assert story.functions.list_functions()["Functions"] == [] and story.iot.list_topic_rules()["rules"] == []
    (ca,) = story.iot.list_ca_certificates(templateName="zerotouch-jitp")["certificates"] \
        if "templateName" in str(story.iot.meta.service_model.operation_model("ListCACertificates").input_shape.members) \
        else story.iot.list_ca_certificates()["certificates"]
    told = story.iot.describe_ca_certificate(certificateId=ca["certificateId"])
    assert told["registrationConfig"] == {"templateName": "zerotouch-jitp"}
    template = story.iot.describe_provisioning_template(templateName="zerotouch-jitp")
    assert (template["enabled"], template["type"]) == (True, "JITP")
    assert template["provisioningRoleArn"].endswith(":role/zerotouch-jitp-us-east-1")
    status = json.loads(story.world.run("zerotouch", "status", "--json").stdout)
    assert [r["kind"] for r in status["resources"]][:5] == KINDS[:5] and all(r["ours"] for r in status["resources"]), status


def test_a_device_comes_in_and_is_the_same_thing_the_next_day(story):
    device = story.world.device(story.tenant)
    device.attest()
    events = [event["event"] for event in device.events("https")]
    assert "refused" in events and "published" in events, events
    thing = story.iot.describe_thing(thingName=device.id)
    assert thing["thingTypeName"] == "zerotouch-device" and thing["attributes"]["deviceId"] == device.id
    device.attest("--renew")
    device.events("mqtt")
    wait_for(lambda: story.iot.describe_thing(thingName=device.id)["attributes"]["certificateId"] != thing["attributes"]["certificateId"],
             "the Thing has the new certificate")
    assert [t["thingName"] for t in story.iot.list_things()["things"]] == [device.id]


def test_drift_of_the_template(story):
    story.iot.create_provisioning_template_version(templateName="zerotouch-jitp", templateBody='{"Resources":{}}', setAsDefault=True)
    assert story.changes("--mode", "jitp") == [("provisioning template", "change")]
    story.run("setup", "--mode", "jitp", status=6)
    story.run("setup", "--mode", "jitp", "--yes")
    assert story.changes("--mode", "jitp") == []


def test_the_doctor(story):
    world, iot, iam, role = story.world, story.iot, story.iam, "zerotouch-jitp-us-east-1"
    template = iot.describe_provisioning_template(templateName="zerotouch-jitp")
    (ca,) = iot.list_ca_certificates()["certificates"]

    def findings():
        done = world.run("zerotouch", "doctor", "--json", "--mqtt-port", world.mqtt_port, "--https-port", world.https_port, "--ca-file",
                         world.cloud_ca, check=False)
        return [one["finding"] for one in json.loads(done.stdout)["findings"]]

    def update(**change):
        iot.update_provisioning_template(templateName="zerotouch-jitp", **change)

    def no_role():
        iam.delete_role_policy(RoleName=role, PolicyName="zerotouch-jitp")
        iam.delete_role(RoleName=role)

    assert findings() == []
    for name, broken in [
            ("TemplateDisabled", lambda: update(enabled=False)),
            ("TemplateDiffers", lambda: update(provisioningRoleArn=template["provisioningRoleArn"].replace("-jitp-", "-other-"))),
            ("TemplateDiffers", lambda: iot.create_provisioning_template_version(
                templateName="zerotouch-jitp", templateBody='{"Resources":{}}', setAsDefault=True)),
            ("NoCa", lambda: iot.update_ca_certificate(certificateId=ca["certificateId"], removeAutoRegistration=True)),
            ("CaInactive", lambda: iot.update_ca_certificate(certificateId=ca["certificateId"], newStatus="INACTIVE")),
            ("RolePolicyMissing", lambda: iam.delete_role_policy(RoleName=role, PolicyName="zerotouch-jitp")),
            ("RoleMissing", no_role)]:
        broken()
        assert findings() == [name], (name, findings())
        story.run("setup", "--mode", "jitp", "--yes")
        assert findings() == [], name
    status = json.loads(world.run("zerotouch", "status", "--json").stdout)
    assert [(one["tenant"], one["caCertificateId"]) for one in status["tenants"]] == [(story.tenant, ca["certificateId"])]


def test_what_does_not_go_with_it(story):
    refused = story.run("plan", "--mode", "jitp", "--thing-template", "lamp-{device_id:5}", status=2)
    assert b"{device_id}" in refused.stderr, refused
    story.run("plan", "--mode", "jitp", "--name", "n" * 32, status=2)


def test_the_other_way_and_prune(story):
    """Without --mode the CA loses its template; what the first way made goes with --prune alone, shown before."""
    assert ("CA certificate", "change") in story.changes() and ("provisioning template", "remove") not in story.changes()
    assert [c for c in story.changes("--prune") if c[1] == "remove"] == [
        ("IAM role", "remove"), ("role policy", "remove"), ("provisioning template", "remove")]
    story.run("setup", "--prune", "--yes")
    assert story.iot.list_provisioning_templates()["templates"] == []
    (ca,) = story.iot.list_ca_certificates()["certificates"]
    told = story.iot.describe_ca_certificate(certificateId=ca["certificateId"])
    assert "registrationConfig" not in told and told["certificateDescription"]["autoRegistrationStatus"] == "ENABLE", told
    assert story.changes("--prune") == []
    story.run("setup", "--mode", "jitp", "--prune", "--yes")
    assert story.functions.list_functions()["Functions"] == [] and story.logs.describe_log_groups()["logGroups"] == []


def test_teardown_needs_no_mode(story):
    story.run("teardown", "--yes", status=PARTLY)
    story.assert_nothing_left()


def test_killed_after_each_call(story):
    killer, killed = Killer(story.world.control), 0
    while True:
        name = f"k{killed + 1}"
        argv = story.argv("setup", "--name", name, "--mode", "jitp", url=killer.url)
        if killer.run(argv, story.world.env, killed + 1) == 0:
            break
        killed += 1
        story.run("setup", "--mode", "jitp", "--name", name)
        story.run("teardown", "--yes", "--name", name, status=PARTLY)
        story.assert_nothing_left()
    story.run("teardown", "--yes", "--name", name, status=PARTLY)
    assert killed > 12, killed


def main():
    with World() as world:
        story = Tool(world, "--topic", "myhome/myroom")
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                test(story)


main()
