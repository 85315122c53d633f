/* Paho's C client, as its documentation has it: paho_client PORT CA CERTIFICATE KEY 3|5 CLIENT-ID TOPIC.
 *
 * A persistent session subscribes, goes away, comes back and gets what it missed; then it talks to itself. Prints a
 * line for each step; whoever reads them publishes "missed" in between and answers with a line. */
#include <MQTTClient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 30000, KEEP_ALIVE_S = 30, SESSION_S = 3600 };

static const char *const *args;
static MQTTClient client;
static int five;

static void require(int right, const char *what)
{
	if (right)
		return;
	(void)fprintf(stderr, "paho_client: %s\n", what);
	exit(1);
}

static void tell(const char *what)
{
	(void)printf("%s\n", what);
	(void)fflush(stdout);
}

static int connect_client(void)
{
	MQTTClient_SSLOptions tls = MQTTClient_SSLOptions_initializer;
	tls.trustStore = args[2];
	tls.keyStore = args[3];
	tls.privateKey = args[4];
	tls.enableServerCertAuth = 1;
	tls.verify = 1;
	if (!five) {
		MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
		options.keepAliveInterval = KEEP_ALIVE_S;
		options.cleansession = 0;
		options.MQTTVersion = MQTTVERSION_3_1_1;
		options.ssl = &tls;
		require(MQTTClient_connect(client, &options) == MQTTCLIENT_SUCCESS, "connect");
		return options.returned.sessionPresent;
	}
	MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer5;
	MQTTProperties properties = MQTTProperties_initializer;
	MQTTProperty expiry = { .identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL, .value.integer4 = SESSION_S };
	require(MQTTProperties_add(&properties, &expiry) == 0, "property");
	options.keepAliveInterval = KEEP_ALIVE_S;
	options.cleanstart = 0;
	options.ssl = &tls;
	MQTTResponse answer = MQTTClient_connect5(client, &options, &properties, NULL);
	require(answer.reasonCode == MQTTREASONCODE_SUCCESS, "connect");
	/* AWS IoT "MQTT 5 supported features": no QoS 2. */
	require(MQTTProperties_getNumericValue(answer.properties, MQTTPROPERTY_CODE_MAXIMUM_QOS) == 1, "maximum QoS");
	MQTTResponse_free(answer);
	MQTTProperties_free(&properties);
	return options.returned.sessionPresent;
}

static void disconnect_client(void)
{
	MQTTProperties properties = MQTTProperties_initializer;
	require((five ? MQTTClient_disconnect5(client, PATIENCE_MS, MQTTREASONCODE_SUCCESS, &properties)
		      : MQTTClient_disconnect(client, PATIENCE_MS)) == MQTTCLIENT_SUCCESS,
		"disconnect");
}

static void subscribe(const char *topic)
{
	if (!five) {
		require(MQTTClient_subscribe(client, topic, 1) == MQTTCLIENT_SUCCESS, "subscribe");
		return;
	}
	MQTTResponse answer = MQTTClient_subscribe5(client, topic, 1, NULL, NULL);
	require(answer.reasonCode == MQTTREASONCODE_GRANTED_QOS_1, "subscribe");
	MQTTResponse_free(answer);
}

static void publish(const char *topic, const char *payload)
{
	MQTTClient_message message = MQTTClient_message_initializer;
	MQTTClient_deliveryToken token;
	message.payload = (void *)payload;
	message.payloadlen = (int)strlen(payload);
	message.qos = 1;
	if (five) {
		MQTTProperty who = { .identifier = MQTTPROPERTY_CODE_USER_PROPERTY,
				     .value = { .data = { 4, "from" }, .value = { 4, "paho" } } };
		require(MQTTProperties_add(&message.properties, &who) == 0, "property");
		MQTTResponse answer = MQTTClient_publishMessage5(client, topic, &message, &token);
		require(answer.reasonCode == MQTTREASONCODE_SUCCESS, "publish");
		MQTTResponse_free(answer);
	} else {
		require(MQTTClient_publishMessage(client, topic, &message, &token) == MQTTCLIENT_SUCCESS, "publish");
	}
	require(MQTTClient_waitForCompletion(client, token, PATIENCE_MS) == MQTTCLIENT_SUCCESS, "PUBACK");
	MQTTProperties_free(&message.properties);
}

static void expect(const char *topic, const char *payload, int named)
{
	char *where = NULL;
	int n = 0;
	MQTTClient_message *message = NULL;
	require(MQTTClient_receive(client, &where, &n, &message, PATIENCE_MS) == MQTTCLIENT_SUCCESS && message,
		payload);
	require(strcmp(where, topic) == 0 && (size_t)message->payloadlen == strlen(payload) &&
		    memcmp(message->payload, payload, strlen(payload)) == 0,
		payload);
	if (named)
		require(MQTTProperties_hasProperty(&message->properties, MQTTPROPERTY_CODE_USER_PROPERTY),
			"user property");
	MQTTClient_freeMessage(&message);
	MQTTClient_free(where);
}

int main(int argc, char **argv)
{
	char url[64], line[64];
	require(argc == 8, "arguments");
	args = (const char *const *)argv;
	five = strcmp(argv[5], "5") == 0;
	(void)snprintf(url, sizeof url, "ssl://localhost:%s", argv[1]);
	MQTTClient_createOptions options = MQTTClient_createOptions_initializer;
	options.MQTTVersion = five ? MQTTVERSION_5 : MQTTVERSION_DEFAULT;
	require(MQTTClient_createWithOptions(&client, url, argv[6], MQTTCLIENT_PERSISTENCE_NONE, NULL, &options) ==
		    MQTTCLIENT_SUCCESS,
		"create");
	require(connect_client() == 0, "a session that nobody made");
	subscribe(argv[7]);
	disconnect_client();
	tell("away");
	require(fgets(line, sizeof line, stdin) != NULL, "stdin");
	/* Of MQTT 5 this client does not tell its user; the message tells. */
	require(connect_client() == 1 || five, "the session is not there any more");
	expect(argv[7], "missed", 0);
	publish(argv[7], "said to myself");
	expect(argv[7], "said to myself", five);
	disconnect_client();
	MQTTClient_destroy(&client);
	tell("done");
	return 0;
}
