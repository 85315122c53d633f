/* Retained messages: rows before acknowledgements, given back to a broker that lost them, told to nobody twice. */
#include "fixture.h"

#include <signal.h>
#include <unistd.h>

static void expect_retained(fixture *f, const char *topic, const char *payload)
{
	program sub;
	char command[256], want[256];
	(void)snprintf(command, sizeof command, "exec mosquitto_sub --unix $S -t '%s' -C 1 -F '%%r %%p'", topic);
	(void)snprintf(want, sizeof want, "1 %s\n", payload);
	run_program(f, &sub, command);
	wait_for(f, &sub.ended, 1);
	assert_string_equal(zt_str_text(&sub.text), want);
	end_program(&sub);
}

static void retained_message_is_a_row_when_it_is_acknowledged(void **state)
{
	fixture f;
	(void)state;
	start(&f);
	publish(&f, "zerotouch/1/identity", "{\"thingName\":\"a\"}", true);
	wait_for(&f, &f.done, 1);
	const zt_retained *row = zt_registry_retained(f.registry, ZT_LIT("zerotouch/1/identity"));
	assert_non_null(row);
	assert_view(zt_view_make(row->payload, row->payload_n), "{\"thingName\":\"a\"}");
	expect_retained(&f, "zerotouch/1/identity", "{\"thingName\":\"a\"}");
	stop_and_remove(&f);
}

static void retained_message_survives_a_killed_broker(void **state)
{
	fixture f;
	(void)state;
	start(&f);
	publish(&f, "a", "one", true);
	wait_for(&f, &f.done, 1);
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGKILL), 0);
	wait_for(&f, &f.ready, 2);
	expect_retained(&f, "a", "one");
	stop_and_remove(&f);
}

static void retained_message_survives_a_lost_broker_database(void **state)
{
	fixture f;
	char path[128];
	(void)state;
	start(&f);
	publish(&f, "a/b", "two", true);
	wait_for(&f, &f.done, 1);
	stop(&f);
	(void)snprintf(path, sizeof path, "%s/broker/mosquitto.db", f.folder.path);
	assert_int_equal(unlink(path), 0);
	start_in(&f, f.folder);
	expect_retained(&f, "a/b", "two");
	stop_and_remove(&f);
}

static void many_retained_messages_come_back(void **state)
{
	enum { COUNT = 2500 };
	fixture f;
	char path[128], topic[32];
	(void)state;
	start(&f);
	for (unsigned i = 0; i < COUNT; i++) {
		(void)snprintf(topic, sizeof topic, "t/%u", i);
		publish(&f, topic, topic, true);
	}
	wait_for(&f, &f.done, COUNT);
	stop(&f);
	(void)snprintf(path, sizeof path, "%s/broker/mosquitto.db", f.folder.path);
	assert_int_equal(unlink(path), 0);
	start_in(&f, f.folder);
	expect_retained(&f, "t/0", "t/0");
	expect_retained(&f, "t/2499", "t/2499");
	stop_and_remove(&f);
}

/* CONNECT v5, session kept for an hour, client id "p" (MQTT 5 §3.1). No clean start: mosquitto 2.0.11 forgets sessions
 * begun with one when it restarts. */
#define CONNECT "\x10\x13\x00\x04MQTT\x05\x00\x00\x00\x05\x11\x00\x00\x0e\x10\x00\x01p"
/* SUBSCRIBE id 1 to "#", QoS 1, retain handling 2 (none of the retained). */
#define SUBSCRIBE "\x82\x07\x00\x01\x00\x00\x01#\x21"

static void kept_session_gets_no_retained_message_twice(void **state)
{
	fixture f;
	stream s;
	(void)state;
	start(&f);
	publish(&f, "a", "old", true);
	wait_for(&f, &f.done, 1);
	open_stream(&f, &s);
	send_bytes(&s, ZT_LIT(CONNECT SUBSCRIBE));
	wait_packets(&s, 2); /* CONNACK, SUBACK */
	close_stream(&s);
	/* An orderly end keeps the session and the message in mosquitto's database. */
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGTERM), 0);
	wait_for(&f, &f.ready, 2);
	publish(&f, "m", "marker", false);
	wait_for(&f, &f.done, 2);
	open_stream(&f, &s);
	send_bytes(&s, ZT_LIT(CONNECT));
	wait_packets(&s, 2);
	assert_int_equal(s.types[0], 0x20);
	assert_int_equal(s.bytes.p[2], 1); /* session present */
	assert_int_equal(s.types[1] & 0xf0, 0x30);
	/* The first message since is the marker, not the old one. */
	assert_true(zt_view_ends(zt_str_view(&s.bytes), ZT_LIT("marker")));
	assert_null(memmem(s.bytes.p, s.bytes.n, "old", 3));
	close_stream(&s);
	stop_and_remove(&f);
}

/* A client that waits for the new broker finds there what the old one had lost. */
static void nobody_gets_in_before_the_retained_messages(void **state)
{
	fixture f;
	stream s;
	(void)state;
	start(&f);
	publish(&f, "a", "kept", true);
	wait_for(&f, &f.done, 1);
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGKILL), 0);
	while (zt_broker_pid(f.broker))
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
	open_stream(&f, &s);
	wait_for(&f, &s.opened, 1);
	assert_int_equal(f.ready, 2);
	send_bytes(&s, ZT_LIT(CONNECT "\x82\x07\x00\x01\x00\x00\x01#\x00"));
	wait_packets(&s, 3);
	assert_int_equal(s.types[2], 0x31); /* PUBLISH, retained */
	close_stream(&s);
	stop_and_remove(&f);
}

static void message_that_the_registry_does_not_know_is_cleared(void **state)
{
	fixture f;
	program pub;
	stream s;
	(void)state;
	start(&f);
	run_program(&f, &pub, "exec mosquitto_pub --unix $S -t stale -m x -r -q 1");
	wait_for(&f, &pub.ended, 1);
	assert_int_equal(pub.exit_status, 0);
	end_program(&pub);
	expect_retained(&f, "stale", "x");
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGTERM), 0);
	wait_for(&f, &f.ready, 2);
	publish(&f, "fresh", "y", true);
	wait_for(&f, &f.done, 1);
	open_stream(&f, &s);
	/* SUBSCRIBE to "#", QoS 0, retain handling 0: all that is retained. */
	send_bytes(&s, ZT_LIT(CONNECT "\x82\x07\x00\x01\x00\x00\x01#\x00"
				      "\xc0\x00"));
	wait_packets(&s, 4); /* CONNACK, SUBACK, "fresh", PINGRESP */
	assert_null(memmem(s.bytes.p, s.bytes.n, "stale", 5));
	assert_non_null(memmem(s.bytes.p, s.bytes.n, "fresh", 5));
	close_stream(&s);
	stop_and_remove(&f);
}

static void empty_payload_clears_row_and_message(void **state)
{
	fixture f;
	stream s;
	(void)state;
	start(&f);
	publish(&f, "a", "x", true);
	publish(&f, "a", "", true);
	wait_for(&f, &f.done, 2);
	assert_null(zt_registry_retained(f.registry, ZT_LIT("a")));
	open_stream(&f, &s);
	send_bytes(&s, ZT_LIT(CONNECT "\x82\x07\x00\x01\x00\x00\x01#\x00"
				      "\xc0\x00"));
	wait_packets(&s, 3);
	assert_int_equal(s.types[2], 0xd0); /* PINGRESP, and no message before it */
	close_stream(&s);
	stop_and_remove(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retained_message_is_a_row_when_it_is_acknowledged),
		cmocka_unit_test(retained_message_survives_a_killed_broker),
		cmocka_unit_test(retained_message_survives_a_lost_broker_database),
		cmocka_unit_test(many_retained_messages_come_back),
		cmocka_unit_test(kept_session_gets_no_retained_message_twice),
		cmocka_unit_test(nobody_gets_in_before_the_retained_messages),
		cmocka_unit_test(message_that_the_registry_does_not_know_is_cleared),
		cmocka_unit_test(empty_payload_clears_row_and_message),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
