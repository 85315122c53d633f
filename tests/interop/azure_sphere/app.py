"""The Azure Sphere app under `zerotouch azure-sphere run`: from nothing to accepted messages, and through what comes after."""
import json
import pathlib
import re
import signal
import unittest

import sphere
from sphere import until
from world import DEADLINE_S, World, ports_of_its_own

MESSAGE = '{"state":{"reported":{"LED":"ON"}}}'


class AzureSphereApp(unittest.TestCase):
    def setUp(self):
        self.world = World(cloud_options=ports_of_its_own()).__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.tenant = self.world.tenant()

    def app(self, via, *more):
        app = sphere.Zerotouch(self.world, self.tenant, f"app-{via}")
        app.configure(via, *more)
        return app

    def end(self, child):
        child.process.send_signal(signal.SIGTERM)
        _, told = child.process.communicate(timeout=DEADLINE_S)
        self.assertEqual(child.process.returncode, 1, told)
        self.assertIn(b"exit code 1: ExitCode_TermHandler_SigTerm", told)
        heap = re.search(rb"by the app itself (\d+) KiB", told)
        self.assertLessEqual(int(heap[1]), 4, told)

    def data(self, method, **arguments):
        return getattr(self.world.client("iot-data"), method)(**arguments)

    def test_https_onboards_and_its_message_arrives_as_it_is(self):
        self.world.setup(self.tenant)
        watch = self.world.watch()
        child = self.app("https").start()
        seen = until(child, "being registered", "> POST /topics/", "< HTTP/1.1 200 OK", "INFO: accepted")
        self.assertFalse([line for line in seen if MESSAGE in line], "the exchange shows no body")
        event = watch.event()
        self.assertEqual((event["topic"], event["payload"]), ("myhome/myroom", MESSAGE))
        self.end(child)

    def test_the_manifest_that_setup_fills_in(self):
        app = sphere.Zerotouch(self.world, self.tenant, "filled")
        path = app.folder / "app_manifest.json"
        source = pathlib.Path(__file__).resolve().parents[3] / "apps/azure-sphere/app_manifest.json"
        path.write_text(source.read_text())
        self.assertIn("--write-manifest", app.run().stderr)
        self.world.setup(self.tenant, "--write-manifest", str(path))
        filled = json.loads(path.read_text())
        self.assertEqual(filled["Capabilities"], {"AllowedConnections": ["localhost"], "DeviceAuthentication": self.tenant})
        # The local cloud's ports are not AWS's here.
        filled["CmdArgs"] += ["--https-port", str(self.world.https_port)]
        path.write_text(json.dumps(filled))
        child = app.start()
        until(child, "< HTTP/1.1 200 OK")
        self.end(child)

    def test_mqtt_onboards_and_follows_its_shadow(self):
        self.world.setup(self.tenant)
        app = self.app("mqtt")
        child = app.start()
        thing = f"Azure-Sphere-{app.device.id[:5]}"
        until(child, "being registered", "accepted by MQTT", f"this is the Thing {thing}", "/shadow/update")
        self.assertEqual(self.shadow(thing)["reported"], {"LED": "ON"})
        self.data("update_thing_shadow", thingName=thing, payload=json.dumps({"state": {"desired": {"LED": "OFF"}}}))
        until(child, "the shadow wants the LED OFF", '/shadow/update: {"state":{"reported":{"LED":"OFF"}}}',
              'published to myhome/myroom: {"state":{"reported":{"LED":"OFF"}}}')
        self.assertEqual(self.shadow(thing), {"desired": {"LED": "OFF"}, "reported": {"LED": "OFF"}})
        self.end(child)

    def shadow(self, thing):
        return json.loads(self.data("get_thing_shadow", thingName=thing)["payload"].read())["state"]

    def test_refused_until_the_ca_is_registered(self):
        apps = [self.app("https"), self.app("mqtt")]
        children = [app.start() for app in apps]
        for child in children:
            until(child, "being registered", "not active yet, or its CA is not registered")
        self.world.setup(self.tenant)
        for child in children:
            until(child, "INFO: accepted")
            self.end(child)

    def test_the_cloud_is_restarted(self):
        self.world.setup(self.tenant)
        children = [self.app("https").start(), self.app("mqtt").start()]
        # On both: who is hung up on in the middle of its CONNECT takes it for a refusal, and is patient.
        for child, said in zip(children, ("200 OK", "published to myhome/myroom")):
            until(child, "INFO: accepted", said)
        self.world.cloud.stop()
        for child in children:
            until(child, "cannot be reached")
        self.world.cloud.start()
        for child, said in zip(children, ("200 OK", "published to myhome/myroom")):
            until(child, "INFO: accepted", said)
            self.end(child)

    def test_a_renewed_certificate_is_taken_into_use_and_the_thing_stays(self):
        self.world.setup(self.tenant)
        apps = [self.app("https"), self.app("mqtt")]
        children = [app.start() for app in apps]
        for child in children:
            until(child, "INFO: accepted", "with this certificate")
        before = {thing["thingName"]: thing["certificateId"] for thing in self.things()}
        for app in apps:
            app.device.attest("--renew")
        for child, said in zip(children, ("200 OK", "published to myhome/myroom")):
            until(child, "INFO: accepted", "with this certificate", said)
        after = {thing["thingName"]: thing["certificateId"] for thing in self.things()}
        self.assertEqual(set(before), set(after))
        self.assertFalse([name for name in before if before[name] == after[name]])
        for child in children:
            self.end(child)

    def things(self):
        return [{"thingName": thing["thingName"], "certificateId": thing["attributes"]["certificateId"]}
                for thing in self.world.client("iot").list_things()["things"]]

    def test_what_is_missing_is_said_with_an_exit_code_of_its_own(self):
        app = self.app("https", "--roots", "certs/nothing.pem")
        done = app.run("--exit-codes", sphere.APPS.parents[3] / "apps/azure-sphere/exit_codes.h")
        self.assertEqual(done.returncode, 5)
        self.assertIn("certs/nothing.pem is not in the image package", done.stdout)
        self.assertIn("ExitCode_Init_Roots", done.stderr)
        app.manifest(["--via", "https"])
        done = app.run()
        self.assertEqual(done.returncode, 2)
        self.assertIn("--write-manifest", done.stdout)


if __name__ == "__main__":
    unittest.main()
