"""The port for microcontrollers, zerotouch-mbedtls, through the whole local cloud: by MQTT and by HTTPS, also by ALPN."""
import unittest

from world import World

TOPIC = "myhome/myroom"


class Onboarding(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = cls.enterClassContext(World(cloud_options=("--server-chain", "ats")))
        cls.tenant = cls.world.tenant()
        cls.world.setup(cls.tenant)

    def publish(self, device, route, port, message, roots=None):
        done = self.world.run("zerotouch-mbedtls", route, "localhost", port, roots or self.world.cloud_ca, device.certificate,
                              device.key, TOPIC, message, check=False)
        return done, done.stdout.decode().splitlines()

    def first_contact(self, route, port):
        device = self.world.device(self.tenant)
        device.attest()
        watch = self.world.watch(TOPIC)
        done, told = self.publish(device, route, port, '{"from":"mbedtls"}')
        self.assertEqual(done.returncode, 0, (told, done.stderr))
        self.assertEqual(told[:2], ["connecting: none", "refused: being-registered"])
        self.assertEqual(told[-2:], ["accepted: none", "published: none"])
        self.assertIn("from", str(watch.event()))
        return device

    def accepted_at_once(self, device, route):
        done, told = self.publish(device, route, self.world.cloud.endpoints["allPort"], "again")
        self.assertEqual((done.returncode, told), (0, ["connecting: none", "accepted: none", "published: none"]), done.stderr)

    def test_by_mqtt(self):
        device = self.first_contact("mqtt", self.world.mqtt_port)
        self.accepted_at_once(device, "mqtt-alpn")
        self.accepted_at_once(device, "https-alpn")

    def test_by_https(self):
        device = self.first_contact("https", self.world.https_port)
        self.accepted_at_once(device, "https-alpn")

    def test_a_key_of_another_certificate_is_refused_before_anything_is_sent(self):
        one, other = self.world.device(self.tenant), self.world.device(self.tenant)
        one.attest()
        other.attest()
        done = self.world.run("zerotouch-mbedtls", "mqtt", "localhost", self.world.mqtt_port, self.world.cloud_ca, one.certificate,
                              other.key, TOPIC, "x", check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, b"", b"invalid input\n"))

    def test_files_that_are_not_whole(self):
        device = self.world.device(self.tenant)
        device.attest()
        bad = device.state / "bad.pem"
        whole = device.certificate.read_bytes()
        for name, data, status, words in (("empty", b"", 3, b"cannot be read"), ("cut", whole[:300], 1, b"invalid input"),
                                          ("huge", whole + b" " * 20000, 3, b"larger than")):
            with self.subTest(name):
                bad.write_bytes(data)
                done = self.world.run("zerotouch-mbedtls", "mqtt", "localhost", self.world.mqtt_port, self.world.cloud_ca, bad,
                                      device.key, TOPIC, "x", check=False)
                self.assertEqual((done.returncode, done.stdout), (status, b""))
                self.assertIn(words, done.stderr)
        for path in (device.state, device.state / "nowhere"):
            done = self.world.run("zerotouch-mbedtls", "mqtt", "localhost", self.world.mqtt_port, self.world.cloud_ca, path,
                                  device.key, TOPIC, "x", check=False)
            self.assertEqual((done.returncode, done.stderr), (3, f"{path}: cannot be read\n".encode()))

    def test_an_address_is_no_host(self):
        device = self.world.device(self.tenant)
        device.attest()
        done = self.world.run("zerotouch-mbedtls", "mqtt", "127.0.0.1", self.world.mqtt_port, self.world.cloud_ca,
                              device.certificate, device.key, TOPIC, "x", check=False)
        self.assertEqual((done.returncode, done.stdout), (3, b""))


if __name__ == "__main__":
    unittest.main()
