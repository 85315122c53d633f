#include "relay.h"

/* "hi" to "a/b", QoS 1, id 10, retained, with content type "t". */
#define FROM_BROKER 0x33, 14, 0, 3, 'a', '/', 'b', 0, 10, 4, 0x03, 0, 1, 't', 'h', 'i'

static void version_3_1_1_gets_it_without_properties(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_ok(broker_sends(r, BYTES(FROM_BROKER)));
	assert_to_client(r, 0x33, 9, 0, 3, 'a', '/', 'b', 0, 10, 'h', 'i');
	assert_ok(client_sends(r, BYTES(0x40, 2, 0, 10)));
	assert_to_broker(r, 0x40, 2, 0, 10);
	relay_free(r);
}

static void version_5_gets_it_as_it_is(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_ok(broker_sends(r, BYTES(FROM_BROKER)));
	assert_to_client(r, FROM_BROKER);
	relay_free(r);
}

/* A client that has subscribed to "a/+", and to nothing more. */
static relay *listener(zt_mqtt_version version)
{
	relay *r = relay_new(version);
	zt_view subscribe = version == ZT_MQTT_V5 ? BYTES(0x82, 9, 0, 1, 0, 0, 3, 'a', '/', '+', 1)
						  : BYTES(0x82, 8, 0, 1, 0, 3, 'a', '/', '+', 1);
	assert_ok(client_sends(r, subscribe));
	r->to_broker.n = 0;
	return r;
}

static void a_service_answers_who_listens(void **state)
{
	(void)state;
	relay *r = listener(ZT_MQTT_V311);
	assert_true(zt_session_answer(&r->session, ZT_LIT("a/b"), ZT_LIT("hi"), 0));
	assert_to_client(r, 0x30, 7, 0, 3, 'a', '/', 'b', 'h', 'i');
	assert_false(zt_session_answer(&r->session, ZT_LIT("b"), ZT_LIT("hi"), 0));
	r->denied = "a/b";
	r->denied_right = ZT_MAY_RECEIVE;
	assert_false(zt_session_answer(&r->session, ZT_LIT("a/b"), ZT_LIT("hi"), 0));
	assert_silent(r);
	relay_free(r);
	r = listener(ZT_MQTT_V5);
	assert_true(zt_session_answer(&r->session, ZT_LIT("a/b"), ZT_LIT("hi"), 10));
	assert_to_client(r, 0x30, 8, 0, 3, 'a', '/', 'b', 0, 'h', 'i');
	assert_false(zt_session_answer(&r->session, ZT_LIT("a/b"), ZT_LIT("hi"), 9));
	assert_ok(client_sends(r, BYTES(0xa2, 8, 0, 2, 0, 0, 3, 'a', '/', '+')));
	r->to_broker.n = 0;
	assert_false(zt_session_answer(&r->session, ZT_LIT("a/b"), ZT_LIT("hi"), 0));
	assert_silent(r);
	relay_free(r);
}

/* AWS: silently not delivered. The broker must not keep it for us. */
static void what_may_not_be_received_is_acknowledged_and_dropped(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	r->denied = "a/b";
	r->denied_right = ZT_MAY_RECEIVE;
	assert_ok(broker_sends(r, BYTES(FROM_BROKER)));
	assert_int_equal(r->to_client.n, 0);
	assert_to_broker(r, 0x40, 2, 0, 10);
	assert_int_equal(r->refused_rule, ZT_REFUSED_RECEIVE);
	assert_ok(broker_sends(r, BYTES(0x30, 6, 0, 3, 'a', '/', 'b', 0)));
	assert_silent(r);
	relay_free(r);
}

static void a_clients_reason_reaches_the_broker_without_its_words(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_ok(client_sends(r, BYTES(0x40, 8, 0, 10, 0x97, 4, 0x1f, 0, 1, 'x')));
	assert_to_broker(r, 0x40, 3, 0, 10, 0x97);
	relay_free(r);
}

static void the_brokers_goodbye_ends_it(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V5);
	assert_status(broker_sends(r, BYTES(0xe0, 1, 0x8e)), ZT_E_CLOSED);
	assert_ended(r, ZT_REFUSED_TAKEN_OVER, 0x8e);
	assert_status(broker_sends(r, BYTES(0xe0, 0)), ZT_E_CLOSED);
	assert_ended(r, ZT_REFUSED_BROKER, 0x8b);
	relay_free(r);
}

static void a_broker_that_talks_nonsense_ends_it(void **state)
{
	(void)state;
	relay *r = relay_new(ZT_MQTT_V311);
	assert_status(broker_sends(r, BYTES(0x34, 6, 0, 1, 't', 0, 1, 0)), ZT_E_DENIED);
	assert_status(broker_sends(r, BYTES(0x90, 4, 0, 9, 0, 0)), ZT_E_DENIED);
	assert_status(broker_sends(r, BYTES(0x20, 3, 0, 0, 0)), ZT_E_DENIED);
	assert_status(broker_sends(r, BYTES(0x50, 2, 0, 1)), ZT_E_DENIED);
	assert_int_equal(r->to_client.n, 0);
	relay_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_3_1_1_gets_it_without_properties),
		cmocka_unit_test(version_5_gets_it_as_it_is),
		cmocka_unit_test(a_service_answers_who_listens),
		cmocka_unit_test(what_may_not_be_received_is_acknowledged_and_dropped),
		cmocka_unit_test(a_clients_reason_reaches_the_broker_without_its_words),
		cmocka_unit_test(the_brokers_goodbye_ends_it),
		cmocka_unit_test(a_broker_that_talks_nonsense_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
