/* Publishing over our own connection, seen by mosquitto's clients. */
#include "fixture.h"

#include <signal.h>

#include "cloud/broker/outgoing.h"

static void wait_text(fixture *f, program *p, const char *text)
{
	while (!strstr(zt_str_text(&p->text), text))
		wait_for(f, &p->lines, p->lines + 1);
}

static void subscriber_gets_exactly_the_payload(void **state)
{
	fixture f;
	program sub;
	(void)state;
	start(&f);
	run_program(&f, &sub, "exec mosquitto_sub --unix $S -V mqttv5 -q 1 -t 'myhome/+' -C 1 -F '%t %q %r %x'");
	/* Nobody tells when it has subscribed, so the message is published until it came. */
	while (!sub.ended) {
		const zt_publish message = { .topic = ZT_LIT("myhome/myroom"),
					     .payload = ZT_LIT("{\"a\":\0\xff}"),
					     .qos = 1 };
		assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
		wait_for(&f, &f.done, f.done + 1);
	}
	wait_for(&f, &sub.lines, 1);
	assert_string_equal(zt_str_text(&sub.text), "myhome/myroom 1 0 7b2261223a00ff7d\n");
	end_program(&sub);
	stop_and_remove(&f);
}

static void both_qualities_are_told_when_they_are_out(void **state)
{
	fixture f;
	program sub;
	(void)state;
	start(&f);
	subscribe(&f, &sub, "t");
	zt_publish message = { .topic = ZT_LIT("t"), .payload = ZT_LIT("zero") };
	assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
	assert_int_equal(f.done, 0);
	message.payload = ZT_LIT("one");
	message.qos = 1;
	assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
	assert_int_equal(f.done, 0);
	wait_for(&f, &f.done, 2);
	wait_text(&f, &sub, "\nzero\n");
	wait_text(&f, &sub, "\none\n");
	end_program(&sub);
	stop_and_remove(&f);
}

static void properties_travel_with_the_message(void **state)
{
	fixture f;
	program sub;
	(void)state;
	start(&f);
	run_program(&f, &sub, "exec mosquitto_sub --unix $S -V mqttv5 -t t -C 1 -F '%C %P %p'");
	while (!sub.ended) {
		/* Content type "x/y" and the user property k: v, MQTT 5 §3.3.2.3, by hand. */
		const zt_publish message = { .topic = ZT_LIT("t"),
					     .payload = ZT_LIT("p"),
					     .qos = 1,
					     .properties = ZT_LIT("\x03\x00\x03x/y\x26\x00\x01k\x00\x01v") };
		assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
		wait_for(&f, &f.done, f.done + 1);
	}
	wait_for(&f, &sub.lines, 1);
	assert_string_equal(zt_str_text(&sub.text), "x/y k:v p\n");
	end_program(&sub);
	stop_and_remove(&f);
}

static void messages_keep_their_order_and_none_is_lost(void **state)
{
	enum { COUNT = 3000 };
	fixture f;
	program sub;
	(void)state;
	start(&f);
	subscribe(&f, &sub, "n");
	char number[16];
	/* In portions that mosquitto's queue of a slow subscriber holds. */
	for (unsigned i = 0; i < COUNT; i++) {
		(void)snprintf(number, sizeof number, "#%u", i);
		publish(&f, "n", number, false);
		if (i % 500 == 499) {
			(void)snprintf(number, sizeof number, "\n#%u\n", i);
			wait_text(&f, &sub, number);
		}
	}
	wait_for(&f, &f.done, COUNT);
	zt_view rest = zt_str_view(&sub.text), line;
	unsigned next = 0;
	while (zt_view_split(&rest, '\n', &line)) {
		uint64_t got;
		if (!zt_view_take_prefix(&line, ZT_LIT("#")))
			continue;
		assert_true(zt_view_to_u64(line, &got));
		assert_int_equal(got, next++);
	}
	assert_int_equal(next, COUNT);
	end_program(&sub);
	stop_and_remove(&f);
}

/* A broker that stands still lets the queue grow to its limit and no further; then all of it goes out. */
static void full_queue_refuses_and_recovers(void **state)
{
	fixture f;
	(void)state;
	start(&f);
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGSTOP), 0);
	const zt_publish message = { .topic = ZT_LIT("t"), .payload = ZT_LIT("p"), .qos = 1 };
	for (unsigned i = 0; i < ZT_OUTGOING_COUNT_MAX; i++)
		assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
	assert_status(zt_broker_publish(f.broker, &message, on_done, &f), ZT_E_UNAVAILABLE);
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGCONT), 0);
	wait_for(&f, &f.done, ZT_OUTGOING_COUNT_MAX);
	assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
	wait_for(&f, &f.done, ZT_OUTGOING_COUNT_MAX + 1);
	assert_int_equal(f.failed, 0);
	stop_and_remove(&f);
}

/* Room for what nobody waits for ends long before the queue does, and with the broker. */
static void leisure_ends_before_the_queue(void **state)
{
	fixture f;
	(void)state;
	start(&f);
	assert_true(zt_broker_has_leisure(f.broker));
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGSTOP), 0);
	const zt_publish message = { .topic = ZT_LIT("t"), .payload = ZT_LIT("p"), .qos = 1 };
	unsigned taken = 0;
	for (; zt_broker_has_leisure(f.broker); taken++)
		assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
	assert_in_range(taken, 1, ZT_OUTGOING_COUNT_MAX / 2);
	assert_ok(zt_broker_publish(f.broker, &message, on_done, &f));
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGCONT), 0);
	wait_for(&f, &f.done, taken + 1);
	assert_true(zt_broker_has_leisure(f.broker));
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGKILL), 0);
	unsigned ready = f.ready;
	while (zt_broker_has_leisure(f.broker))
		assert_int_equal(event_base_loop(f.loop, EVLOOP_ONCE), 0);
	wait_for(&f, &f.ready, ready + 1);
	assert_true(zt_broker_has_leisure(f.broker));
	stop_and_remove(&f);
}

static void queue_is_bounded_in_bytes_too(void **state)
{
	static uint8_t payload[4 * 1024 * 1024];
	fixture f;
	(void)state;
	start(&f);
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGSTOP), 0);
	const zt_publish message = { .topic = ZT_LIT("t"), .payload = zt_view_make(payload, sizeof payload), .qos = 1 };
	unsigned taken = 0;
	while (zt_broker_publish(f.broker, &message, on_done, &f) == ZT_OK)
		taken++;
	assert_int_equal(taken, ZT_OUTGOING_BYTES_MAX / sizeof payload - 1);
	assert_int_equal(kill(zt_broker_pid(f.broker), SIGCONT), 0);
	stop_and_remove(&f);
	assert_int_equal(f.done + f.failed, taken);
}

static void everyone_is_told_when_the_broker_is_freed(void **state)
{
	fixture f;
	(void)state;
	start(&f);
	publish(&f, "a", "b", false);
	publish(&f, "a", "kept", true);
	stop_and_remove(&f);
	assert_int_equal(f.done + f.failed, 2);
	assert_int_equal(f.last, ZT_E_CANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subscriber_gets_exactly_the_payload),
		cmocka_unit_test(both_qualities_are_told_when_they_are_out),
		cmocka_unit_test(properties_travel_with_the_message),
		cmocka_unit_test(messages_keep_their_order_and_none_is_lost),
		cmocka_unit_test(full_queue_refuses_and_recovers),
		cmocka_unit_test(leisure_ends_before_the_queue),
		cmocka_unit_test(queue_is_bounded_in_bytes_too),
		cmocka_unit_test(everyone_is_told_when_the_broker_is_freed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
