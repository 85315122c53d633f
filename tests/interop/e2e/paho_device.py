"""A device by paho."""
import json
import queue
import ssl

import paho.mqtt.client as paho

DEADLINE_S = 30


class Device:
    """An MQTT client with its messages by topic."""

    def __init__(self, world, leaf, client_id, protocol=paho.MQTTv311):
        self.queues, self.subscribed, self.connected, self.lost = {}, queue.Queue(), queue.Queue(), queue.Queue()
        context = ssl.create_default_context(cafile=world.cloud_ca)
        context.load_cert_chain(leaf.pem, leaf.key)
        self.mqtt = paho.Client(client_id, protocol=protocol)
        self.mqtt.tls_set_context(context)
        self.mqtt.on_connect = lambda *a: self.connected.put(a[3])
        self.mqtt.on_subscribe = lambda *a: self.subscribed.put(a[3])
        self.mqtt.on_disconnect = lambda *a: self.lost.put(a[2])
        self.mqtt.on_message = lambda _c, _u, m: self.queues.setdefault(m.topic, queue.Queue()).put(json.loads(m.payload))
        self.mqtt.connect("localhost", world.mqtt_port)
        self.mqtt.loop_start()
        self.connected.get(timeout=DEADLINE_S)

    def subscribe(self, *topics):
        self.mqtt.subscribe([(t, 1) for t in topics])
        granted = list(self.subscribed.get(timeout=DEADLINE_S))
        for t in topics:
            self.queues.setdefault(t, queue.Queue())
        return granted

    def publish(self, topic, document=""):
        self.mqtt.publish(topic, json.dumps(document) if document != "" else "", qos=1)

    def message(self, topic):
        return self.queues.setdefault(topic, queue.Queue()).get(timeout=DEADLINE_S)

    def stop(self):
        self.mqtt.disconnect()
        self.mqtt.loop_stop()
