"""zerotouch-device run beside a stock mosquitto."""
import json
import socket
import subprocess

from agent import AgentTest
from world import DEADLINE_S, closed_port, free_port, wait_for


class BrokerTest(AgentTest):
    """A stock mosquitto with mutual TLS, and agents that run against it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.port = free_port()
        cls.closed_port = cls.enterClassContext(closed_port())
        (cls.folder / "mosquitto.conf").write_text(
            f"listener {cls.port} 127.0.0.1\nuser root\ncafile {cls.folder}/root.pem\ncertfile {cls.folder}/server.pem\n"
            f"keyfile {cls.folder}/server.key\nrequire_certificate true\nuse_identity_as_username true\n")
        cls.start_broker()
        cls.addClassCleanup(lambda: cls.stop_broker())

    @classmethod
    def start_broker(cls):
        cls.broker = subprocess.Popen(["/usr/sbin/mosquitto", "-c", cls.folder / "mosquitto.conf"], stderr=subprocess.DEVNULL)

        def accepts():
            try:
                socket.create_connection(("127.0.0.1", cls.port)).close()
                return True
            except ConnectionRefusedError:
                return False

        wait_for(accepts, "mosquitto accepts")

    @classmethod
    def stop_broker(cls):
        cls.broker.terminate()
        cls.broker.wait(DEADLINE_S)

    def mosquitto(self, program, *argv, **options):
        return subprocess.run([program, "-h", "localhost", "-p", str(self.port), "--cafile", self.folder / "root.pem", "--cert",
                               self.folder / "client-2.pem", "--key", self.folder / "client-2.key", *argv],
                              capture_output=True, timeout=DEADLINE_S, check=True, **options)

    def start(self, *more):
        # Nobody is at the HTTPS port: the first contact goes by MQTT.
        agent = self.agent.start("run", "--endpoint", "localhost", "--mqtt-port", self.port, "--https-port", self.closed_port,
                                 "--ca-file", self.folder / "root.pem", "--json", *more)
        self.addCleanup(self.end, agent)
        return agent

    def end(self, agent):
        if agent.poll() is None:
            agent.kill()
        agent.communicate()

    def event(self, agent):
        line = agent.stdout.readline()
        self.assertTrue(line, "the agent has ended")
        return json.loads(line)

    def expect(self, agent, name):
        while (event := self.event(agent))["event"] != name:
            pass
        return event
