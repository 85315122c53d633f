"""Debian's RabbitMQ with its MQTT plugin is refused with the reason: it speaks MQTT 3.1.1 alone."""
import os
import signal

from brokers import Broker
from refusal import CONFIG, check, refusal
from world import free_port

names = Broker("epmd", "-address", "127.0.0.1", "-port", free_port())
names.port = names.argv[-1]
rabbit = Broker("/usr/lib/rabbitmq/bin/rabbitmq-server")
(rabbit.folder / "plugins").write_text("[rabbitmq_mqtt].\n")
(rabbit.folder / "rabbitmq.conf").write_text(
    f"listeners.tcp.1 = 127.0.0.1:{free_port()}\nmqtt.listeners.tcp.1 = 127.0.0.1:{rabbit.port}\n")
rabbit.env = {
    "PATH": os.environ["PATH"], "HOME": str(rabbit.folder), "ERL_EPMD_PORT": str(names.port),
    "RABBITMQ_NODENAME": f"zt{rabbit.port}@localhost", "RABBITMQ_DIST_PORT": str(free_port()),
    "RABBITMQ_MNESIA_BASE": str(rabbit.folder / "data"), "RABBITMQ_LOG_BASE": str(rabbit.folder / "logs"),
    "RABBITMQ_ENABLED_PLUGINS_FILE": str(rabbit.folder / "plugins"),
    "RABBITMQ_CONFIG_FILE": str(rabbit.folder / "rabbitmq.conf"),
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false",
}
with names, rabbit:
    check(refusal(CONFIG, "--broker", f"mqtt://127.0.0.1:{rabbit.port}"), f"127.0.0.1:{rabbit.port}", "lacks MQTT 5")
    # Nothing that it wrote is worth the time of a stop in good order.
    rabbit.end(signal.SIGKILL)
