// Clients that others wrote, against the gateway: aws-crt (MQTT 5, MQTT 3.1.1, WebSocket, device shadows) and mqtt of npm.
// argv[2]: JSON with endpoint, mqttPort, allPort, ca, certificate, key, thing, region, keys, claim.
'use strict';
const assert = require('node:assert');
const { once } = require('node:events');
const sdk = require('aws-iot-device-sdk-v2');
const mqttjs = require('mqtt');

const { mqtt5, mqtt, iot, iotshadow, iotidentity, auth, io } = sdk;
const world = JSON.parse(process.argv[2]);
const DEADLINE_MS = 30000;

function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not in time: ${what}`)), DEADLINE_MS); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const tests = {
  // MQTT 5 over mutual TLS: everything that a PUBLISH carries comes through.
  async 'aws-crt, MQTT 5'() {
    const client = new mqtt5.Mqtt5Client(iot.AwsIotMqtt5ClientConfigBuilder
      .newDirectMqttBuilderWithMtlsFromPath(world.endpoint, world.certificate, world.key)
      .withCertificateAuthorityFromPath(undefined, world.ca).withPort(world.mqttPort)
      .withConnectProperties({ clientId: world.thing, keepAliveIntervalSeconds: 60 }).build());
    const connected = once(client, 'connectionSuccess');
    client.start();
    const [success] = await within(connected, 'CONNACK');
    assert.strictEqual(success.connack.reasonCode, 0);
    assert.strictEqual(success.settings.maximumQos, 1);
    assert.strictEqual(success.settings.retainAvailable, true);
    assert.strictEqual(success.settings.topicAliasMaximumToServer, 8);
    assert.strictEqual(success.settings.subscriptionIdentifiersAvailable, false);
    const suback = await client.subscribe({ subscriptions: [{ qos: 1, topicFilter: 'dt/+/x' }, { qos: 1, topicFilter: 'forbidden' }] });
    assert.deepStrictEqual(suback.reasonCodes, [1, 0x87]);
    const received = once(client, 'messageReceived');
    const puback = await client.publish({
      topicName: 'dt/a/x', qos: 1, payload: '{"n":1}', contentType: 'application/json', responseTopic: 'dt/answer',
      correlationData: Buffer.from([1, 2, 3]), messageExpiryIntervalSeconds: 60, payloadFormat: 1,
      userProperties: [{ name: 'a', value: '1' }, { name: 'a', value: '2' }],
    });
    assert.strictEqual(puback.reasonCode, 0);
    const [event] = await within(received, 'its own message');
    const m = event.message;
    assert.strictEqual(Buffer.from(m.payload).toString(), '{"n":1}');
    assert.strictEqual(m.contentType, 'application/json');
    assert.strictEqual(m.responseTopic, 'dt/answer');
    assert.deepStrictEqual([...Buffer.from(m.correlationData)], [1, 2, 3]);
    assert.deepStrictEqual(m.userProperties.map((p) => [p.name, p.value]), [['a', '1'], ['a', '2']]);

    // The SDK's own shadow client on the same connection.
    const shadows = iotshadow.IotShadowClientv2.newFromMqtt5(client, { maxRequestResponseSubscriptions: 4, maxStreamingSubscriptions: 2, operationTimeoutInSeconds: 30 });
    await assert.rejects(shadows.getShadow({ thingName: world.thing }), (error) => error.modeledError && error.modeledError.code === 404);
    const deltas = shadows.createShadowDeltaUpdatedStream({ thingName: world.thing });
    const established = once(deltas, 'subscriptionStatus');
    deltas.open();
    await within(established, 'the subscription to deltas');
    const delta = once(deltas, 'incomingPublish');
    const updated = await shadows.updateShadow({ thingName: world.thing, state: { desired: { led: 'on' }, reported: { led: 'off' } } });
    assert.strictEqual(updated.version, 1);
    assert.deepStrictEqual((await within(delta, 'a delta'))[0].message.state, { led: 'on' });
    const got = await shadows.getShadow({ thingName: world.thing });
    assert.deepStrictEqual(got.state.delta, { led: 'on' });
    const named = await shadows.updateNamedShadow({ thingName: world.thing, shadowName: 'conf', state: { reported: { v: 2 } } });
    assert.strictEqual(named.version, 1);
    await shadows.deleteShadow({ thingName: world.thing });
    deltas.close();
    shadows.close();
    const stopped = once(client, 'stopped');
    client.stop();
    await within(stopped, 'the end');
    client.close();
  },

  async 'aws-crt, MQTT 3.1.1'() {
    const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(world.certificate, world.key)
      .with_certificate_authority_from_path(undefined, world.ca).with_endpoint(world.endpoint).with_port(world.mqttPort)
      .with_client_id(world.thing).with_clean_session(true).with_keep_alive_seconds(60).build();
    const connection = new mqtt.MqttClient().new_connection(config);
    assert.strictEqual(await within(connection.connect(), 'CONNACK'), false);
    const message = new Promise((resolve) => {
      connection.subscribe('dt/b', mqtt.QoS.AtLeastOnce, (topic, payload) => resolve([topic, Buffer.from(payload).toString()])).then(
        () => connection.publish('dt/b', 'hello', mqtt.QoS.AtLeastOnce));
    });
    assert.deepStrictEqual(await within(message, 'its own message'), ['dt/b', 'hello']);
    const shadows = new iotshadow.IotShadowClient(connection);
    const accepted = new Promise((resolve) => {
      shadows.subscribeToUpdateShadowAccepted({ thingName: world.thing }, mqtt.QoS.AtLeastOnce, (error, response) => resolve(response)).then(
        () => shadows.publishUpdateShadow({ thingName: world.thing, state: { reported: { n: 3 } } }, mqtt.QoS.AtLeastOnce));
    });
    assert.deepStrictEqual((await within(accepted, 'update/accepted')).state.reported, { n: 3 });
    await connection.disconnect();
  },

  // Without a certificate: an operator over WebSocket with Signature Version 4.
  async 'aws-crt, WebSocket'() {
    const provider = auth.AwsCredentialsProvider.newStatic(world.keys.id, world.keys.secret, world.keys.token);
    const builder = iot.AwsIotMqtt5ClientConfigBuilder.newWebsocketMqttBuilderWithSigv4Auth(world.endpoint, { credentialsProvider: provider, region: world.region });
    const client = new mqtt5.Mqtt5Client(builder.withCertificateAuthorityFromPath(undefined, world.ca).withPort(world.allPort)
      .withConnectProperties({ clientId: 'console', keepAliveIntervalSeconds: 60 }).build());
    const connected = once(client, 'connectionSuccess');
    client.on('connectionFailure', (event) => console.error(String(event.error)));
    client.start();
    await within(connected, 'CONNACK');
    const suback = await client.subscribe({ subscriptions: [{ qos: 1, topicFilter: '$aws/events/presence/#' }, { qos: 1, topicFilter: 'dt/a' }] });
    assert.deepStrictEqual(suback.reasonCodes, [1, 0x87]);
    const stopped = once(client, 'stopped');
    client.stop();
    await within(stopped, 'the end');
    client.close();
  },

  // Fleet provisioning by claim, by the SDK's own client.
  async 'aws-crt, fleet provisioning'() {
    const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path(world.claim.certificate, world.claim.key)
      .with_certificate_authority_from_path(undefined, world.ca).with_endpoint(world.endpoint).with_port(world.mqttPort)
      .with_client_id('claim').with_clean_session(true).with_keep_alive_seconds(60).build();
    const connection = new mqtt.MqttClient().new_connection(config);
    await within(connection.connect(), 'CONNACK');
    const identity = iotidentity.IotIdentityClientv2.newFromMqtt311(connection, { maxRequestResponseSubscriptions: 4, maxStreamingSubscriptions: 0, operationTimeoutInSeconds: 30 });
    const made = await identity.createKeysAndCertificate({});
    assert.match(made.privateKey, /PRIVATE KEY/);
    const request = { templateName: world.claim.template, certificateOwnershipToken: made.certificateOwnershipToken, parameters: { SerialNumber: '7' } };
    assert.strictEqual((await identity.registerThing(request)).thingName, 'Crt-7');
    await assert.rejects(identity.registerThing(request), (error) => error.modeledError && error.modeledError.errorCode === 'InvalidCertificateOwnershipToken');
    identity.close();
    await connection.disconnect();
  },

  async 'mqtt of npm'() {
    const fs = require('node:fs');
    for (const protocolVersion of [4, 5]) {
      const client = await mqttjs.connectAsync({
        protocol: 'mqtts', host: world.endpoint, port: world.mqttPort, protocolVersion, clientId: world.thing, reconnectPeriod: 0,
        ca: fs.readFileSync(world.ca), cert: fs.readFileSync(world.certificate), key: fs.readFileSync(world.key), servername: world.endpoint,
      });
      await client.subscribeAsync('dt/c', { qos: 1 });
      const message = once(client, 'message');
      await client.publishAsync('dt/c', `v${protocolVersion}`, { qos: 1 });
      const [topic, payload] = await within(message, 'its own message');
      assert.deepStrictEqual([topic, payload.toString()], ['dt/c', `v${protocolVersion}`]);
      await client.endAsync();
    }
  },
};

(async () => {
  for (const [name, test] of Object.entries(tests)) {
    await test();
    console.log(`ok ${name}`);
  }
  process.exit(0);
})().catch((error) => {
  console.error(error, JSON.stringify(error));
  process.exit(1);
});
