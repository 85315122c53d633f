#include "mqtt/properties.h"
#include "relay.h"

/* "hi" to "a/b", QoS 1, id 10. */
#define PUBLISH_3 0x32, 9, 0, 3, 'a', '/', 'b', 0, 10, 'h', 'i'
#define PUBLISH_5 0x32, 10, 0, 3, 'a', '/', 'b', 0, 10, 0, 'h', 'i'

static void goes_up_in_version_5_with_its_id(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(PUBLISH_3)));
	assert_to_broker(r, PUBLISH_5);
	assert_int_equal(r->accepted, 1);
	assert_string_equal(r->accepted_topic, "a/b");
	assert_string_equal(r->accepted_payload, "hi");
	assert_ok(broker_sends(r, BYTES(0x40, 2, 0, 10)));
	assert_to_client(r, 0x40, 2, 0, 10);
	relay_free(r);
}

/* Design, "The relay": PUBACK 0x10 becomes 0x00. */
static void no_matching_subscribers_is_not_told(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(PUBLISH_5)));
	assert_ok(broker_sends(r, BYTES(0x40, 3, 0, 10, 0x10)));
	assert_to_client(r, 0x40, 2, 0, 10);
	relay_free(r);
}

static void a_refusal_of_the_broker_passes_in_5_and_ends_3_1_1(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(PUBLISH_5)));
	assert_ok(broker_sends(r, BYTES(0x40, 3, 0, 10, 0x97)));
	assert_to_client(r, 0x40, 3, 0, 10, 0x97);
	relay_free(r);
	r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(PUBLISH_3)));
	assert_status(broker_sends(r, BYTES(0x40, 3, 0, 10, 0x97)), ZT_E_DENIED);
	relay_free(r);
}

static void a_forbidden_topic_ends_the_connection_and_nothing_goes_up(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->denied = "a/b";
	r->denied_right = ZT_MAY_PUBLISH;
	assert_status(client_sends(r, BYTES(PUBLISH_3)), ZT_E_DENIED);
	assert_silent(r);
	assert_int_equal(r->accepted, 0);
	assert_ended(r, ZT_REFUSED_PUBLISH, 0x87);
	assert_string_equal(r->session.end.what, "PUBLISH a/b");
	relay_free(r);
}

static void retain_needs_its_own_right(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->denied = "a/b";
	r->denied_right = ZT_MAY_RETAIN;
	assert_ok(client_sends(r, BYTES(PUBLISH_3)));
	r->to_broker.n = 0;
	assert_status(client_sends(r, BYTES(0x31, 5, 0, 3, 'a', '/', 'b')), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_RETAIN, 0x87);
	assert_silent(r);
	relay_free(r);
}

/* Written before the acknowledgement: nothing goes up before the row is durable. */
static void a_retained_message_waits_for_its_row(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->keep = ZT_E_AGAIN;
	assert_status(client_sends(r, BYTES(0x31, 5, 0, 3, 'a', '/', 'b')), ZT_E_AGAIN);
	assert_silent(r);
	r->keep = ZT_OK;
	assert_ok(client_sends(r, BYTES(0x31, 5, 0, 3, 'a', '/', 'b')));
	assert_to_broker(r, 0x31, 6, 0, 3, 'a', '/', 'b', 0);
	assert_int_equal(r->accepted, 1);
	assert_true(r->accepted_retain);
	r->keep = ZT_E_DISK_FULL;
	assert_status(client_sends(r, BYTES(0x31, 5, 0, 3, 'a', '/', 'b')), ZT_E_DENIED);
	assert_silent(r);
	relay_free(r);
}

static void only_retained_messages_are_kept(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(PUBLISH_3)));
	assert_int_equal(r->asked_to_keep, 0);
	relay_free(r);
}

/* "$aws/certificates/create/json" */
#define CREATE_TOPIC                                                                                               \
	0, 29, '$', 'a', 'w', 's', '/', 'c', 'e', 'r', 't', 'i', 'f', 'i', 'c', 'a', 't', 'e', 's', '/', 'c', 'r', \
	    'e', 'a', 't', 'e', '/', 'j', 's', 'o', 'n'

static void a_request_to_fleet_provisioning_is_for_no_subscriber(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(0x32, 33, CREATE_TOPIC, 0, 10)));
	assert_int_equal(r->to_broker.n, 0);
	assert_to_client(r, 0x40, 2, 0, 10);
	assert_int_equal(r->accepted, 1);
	assert_string_equal(r->accepted_topic, "$aws/certificates/create/json");
	relay_free(r);
}

static void basic_ingest_goes_to_rules_alone(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(0x32, 19, 0, 14, '$', 'a', 'w', 's', '/', 'r', 'u', 'l', 'e', 's', '/', 'r',
					'/', 'x', 0, 7, '!')));
	assert_int_equal(r->to_broker.n, 0);
	assert_to_client(r, 0x40, 2, 0, 7);
	assert_int_equal(r->accepted, 1);
	assert_int_equal(r->session.in_flight, 0);
	relay_free(r);
}

static void reserved_topics_end_the_connection(void **state)
{
	(void)state;
	static const char *topics[] = { "$SYS/x",
					"$CONTROL/x",
					"$aws/events/certificates/registered/x",
					"$aws/things/t/shadow/update/delta",
					"$share/g/a",
					"$zerotouch/x" };
	for (size_t i = 0; i < ZT_COUNT(topics); i++) {
		relay *r = relay_new(ZT_MQTT_V5);
		uint8_t packet[128];
		zt_buf out = ZT_BUF(packet);
		zt_mqtt_write_publish(&out, ZT_MQTT_V5, &(zt_mqtt_publish){ .topic = zt_view_of(topics[i]) });
		assert_status(client_sends(r, zt_buf_view(&out)), ZT_E_DENIED);
		assert_ended(r, ZT_REFUSED_RESERVED, 0x87);
		assert_silent(r);
		relay_free(r);
	}
}

/* v5 §3.3.2.3.4: "t" gets alias 1; then alias 1 alone; the broker sees no alias. */
static void aliases_end_here(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(0x30, 8, 0, 1, 't', 3, 0x23, 0, 1, 'x')));
	assert_to_broker(r, 0x30, 5, 0, 1, 't', 0, 'x');
	assert_ok(client_sends(r, BYTES(0x30, 9, 0, 0, 5, 0x01, 1, 0x23, 0, 1, 'y')));
	assert_to_broker(r, 0x30, 7, 0, 1, 't', 2, 0x01, 1, 'y');
	assert_string_equal(r->accepted_topic, "t");
	relay_free(r);
}

static void bad_aliases_end_the_connection(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_status(client_sends(r, BYTES(0x30, 7, 0, 1, 't', 3, 0x23, 0, 9)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_ALIAS, 0x94);
	assert_status(client_sends(r, BYTES(0x30, 7, 0, 1, 't', 3, 0x23, 0, 0)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_ALIAS, 0x94);
	assert_status(client_sends(r, BYTES(0x30, 6, 0, 0, 3, 0x23, 0, 2)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_ALIAS, 0x82);
	assert_silent(r);
	relay_free(r);
}

/* AWS: a message expiry of 0 is treated as 1, more than 604,800 = 0x00093a80 is reduced. */
static void message_expiry_has_limits(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(0x30, 9, 0, 1, 't', 5, 0x02, 0, 0, 0, 0)));
	assert_to_broker(r, 0x30, 9, 0, 1, 't', 5, 0x02, 0, 0, 0, 1);
	assert_ok(client_sends(r, BYTES(0x30, 9, 0, 1, 't', 5, 0x02, 0xff, 0, 0, 0)));
	assert_to_broker(r, 0x30, 9, 0, 1, 't', 5, 0x02, 0, 0x09, 0x3a, 0x80);
	relay_free(r);
}

static void a_client_sends_no_subscription_identifier(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_status(client_sends(r, BYTES(0x30, 6, 0, 1, 't', 2, 0x0b, 1)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_MALFORMED, 0x82);
	relay_free(r);
}

static void qos_2_is_not_answered_in_3_1_1_and_ends_5(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(0x34, 5, 0, 1, 't', 0, 1)));
	assert_silent(r);
	assert_int_equal(r->refused_rule, ZT_REFUSED_QOS);
	relay_free(r);
	r = relay_new(ZT_MQTT_V5);
	assert_status(client_sends(r, BYTES(0x34, 6, 0, 1, 't', 0, 1, 0)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_QOS, 0x9b);
	relay_free(r);
}

static void topics_and_payloads_have_limits(void **state)
{
	(void)state;
	static uint8_t packet[ZT_PACKET_MAX], payload[128 * 1024 + 1];
	relay *r = relay_new(ZT_MQTT_V5);
	zt_buf out = ZT_BUF(packet);
	zt_mqtt_write_publish(&out, ZT_MQTT_V5, &(zt_mqtt_publish){ .topic = ZT_LIT("1/2/3/4/5/6/7/8/9") });
	assert_status(client_sends(r, zt_buf_view(&out)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_TOPIC, 0x90);
	out.n = 0;
	zt_mqtt_write_publish(&out, ZT_MQTT_V5,
			      &(zt_mqtt_publish){ .topic = ZT_LIT("t"), .payload = { payload, sizeof payload } });
	assert_status(client_sends(r, zt_buf_view(&out)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_PAYLOAD, 0x97);
	out.n = 0;
	zt_mqtt_write_publish(&out, ZT_MQTT_V5,
			      &(zt_mqtt_publish){ .topic = ZT_LIT("t"), .payload = { payload, sizeof payload - 1 } });
	assert_ok(client_sends(r, zt_buf_view(&out)));
	relay_free(r);
}

static zt_status send_property(relay *r, zt_mqtt_property_id id, size_t n)
{
	static uint8_t packet[2 * 8192], properties[2 * 8192], text[8192 + 1];
	zt_buf out = ZT_BUF(packet), p = ZT_BUF(properties);
	memset(text, 'x', sizeof text);
	if (id == ZT_PROP_USER_PROPERTY) { /* what counts is all of them, names and values */
		zt_mqtt_put_user(&p, ZT_LIT("n"), ZT_LIT("v"));
		zt_mqtt_put_user(&p, ZT_LIT("n"), zt_view_make(text, n - 3));
	} else {
		zt_mqtt_put_text(&p, id, zt_view_make(text, n));
	}
	zt_mqtt_write_publish(&out, ZT_MQTT_V5,
			      &(zt_mqtt_publish){ .topic = ZT_LIT("t"), .properties = zt_buf_view(&p) });
	assert_ok(zt_buf_finish(&out));
	return client_sends(r, zt_buf_view(&out));
}

/* AWS IoT Core quotas, "MQTT 5". */
static void properties_have_limits(void **state)
{
	(void)state;
	static const struct {
		zt_mqtt_property_id id;
		size_t max;
	} limits[] = { { ZT_PROP_CONTENT_TYPE, 256 },
		       { ZT_PROP_RESPONSE_TOPIC, 256 },
		       { ZT_PROP_CORRELATION_DATA, 8192 },
		       { ZT_PROP_USER_PROPERTY, 8192 } };
	for (size_t i = 0; i < ZT_COUNT(limits); i++) {
		relay *r = relay_new(ZT_MQTT_V5);
		assert_ok(send_property(r, limits[i].id, limits[i].max));
		assert_status(send_property(r, limits[i].id, limits[i].max + 1), ZT_E_DENIED);
		assert_ended(r, ZT_REFUSED_PROPERTIES, 0x97);
		relay_free(r);
	}
}

static void send_qos_1(relay *r, uint8_t id, zt_status expected)
{
	assert_status(client_sends(r, BYTES(0x32, 5, 0, 1, 't', 0, id)), expected);
}

/* AWS: beyond 100 in flight nothing new is accepted until PUBACKs come. */
static void the_101st_in_flight_waits(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	for (unsigned id = 1; id <= 100; id++)
		send_qos_1(r, (uint8_t)id, ZT_OK);
	send_qos_1(r, 101, ZT_E_AGAIN);
	assert_ok(client_sends(r, BYTES(0x30, 3, 0, 1, 't')));
	assert_ok(broker_sends(r, BYTES(0x40, 2, 0, 1)));
	send_qos_1(r, 101, ZT_OK);
	relay_free(r);
}

static void a_broker_with_a_smaller_window_is_not_overrun(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->session.window = 1;
	send_qos_1(r, 1, ZT_OK);
	send_qos_1(r, 2, ZT_E_AGAIN);
	relay_free(r);
}

static void version_5_must_respect_the_receive_maximum(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	for (unsigned id = 1; id <= 100; id++)
		assert_ok(client_sends(r, BYTES(0x32, 6, 0, 1, 't', 0, (uint8_t)id, 0)));
	assert_status(client_sends(r, BYTES(0x32, 6, 0, 1, 't', 0, 101, 0)), ZT_E_DENIED);
	assert_ended(r, ZT_REFUSED_INFLIGHT, 0x93);
	relay_free(r);
}

static void unexpected_packets_end_the_connection(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_status(client_sends(r, BYTES(0x10, 0x0c, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0)), ZT_E_DENIED);
	assert_status(client_sends(r, BYTES(0x50, 2, 0, 1)), ZT_E_DENIED);
	assert_status(client_sends(r, BYTES(0x62, 2, 0, 1)), ZT_E_DENIED);
	assert_status(client_sends(r, BYTES(0x70, 2, 0, 1)), ZT_E_DENIED);
	assert_status(client_sends(r, BYTES(0x20, 2, 0, 0)), ZT_E_DENIED);
	assert_status(client_sends(r, BYTES(0xf0, 0)), ZT_E_DENIED);
	assert_silent(r);
	assert_int_equal(r->accepted, 0);
	relay_free(r);
}

static void ping_is_answered_here(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(client_sends(r, BYTES(0xc0, 0)));
	assert_to_client(r, 0xd0, 0);
	assert_silent(r);
	relay_free(r);
}

static void disconnect_ends_it_by_the_clients_will(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_status(client_sends(r, BYTES(0xe0, 1, 4)), ZT_E_CLOSED);
	assert_int_equal(r->session.goodbye.code, 4);
	assert_status(client_sends(r, BYTES(0xe0, 3, 0, 1, 0xff)), ZT_E_DENIED);
	relay_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_up_in_version_5_with_its_id),
		cmocka_unit_test(no_matching_subscribers_is_not_told),
		cmocka_unit_test(a_refusal_of_the_broker_passes_in_5_and_ends_3_1_1),
		cmocka_unit_test(a_forbidden_topic_ends_the_connection_and_nothing_goes_up),
		cmocka_unit_test(retain_needs_its_own_right),
		cmocka_unit_test(a_retained_message_waits_for_its_row),
		cmocka_unit_test(only_retained_messages_are_kept),
		cmocka_unit_test(basic_ingest_goes_to_rules_alone),
		cmocka_unit_test(a_request_to_fleet_provisioning_is_for_no_subscriber),
		cmocka_unit_test(reserved_topics_end_the_connection),
		cmocka_unit_test(aliases_end_here),
		cmocka_unit_test(bad_aliases_end_the_connection),
		cmocka_unit_test(message_expiry_has_limits),
		cmocka_unit_test(a_client_sends_no_subscription_identifier),
		cmocka_unit_test(qos_2_is_not_answered_in_3_1_1_and_ends_5),
		cmocka_unit_test(properties_have_limits),
		cmocka_unit_test(topics_and_payloads_have_limits),
		cmocka_unit_test(the_101st_in_flight_waits),
		cmocka_unit_test(a_broker_with_a_smaller_window_is_not_overrun),
		cmocka_unit_test(version_5_must_respect_the_receive_maximum),
		cmocka_unit_test(unexpected_packets_end_the_connection),
		cmocka_unit_test(ping_is_answered_here),
		cmocka_unit_test(disconnect_ends_it_by_the_clients_will),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
