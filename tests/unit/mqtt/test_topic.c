#include "mqtt/topic.h"
#include "zt_cmocka.h"

#define MATCHES(filter, topic) zt_filter_matches(zt_view_of(filter), zt_view_of(topic))
#define VALID(filter) zt_filter_is_valid(zt_view_of(filter))

/* 3.1.1 §4.7.1.3. */
static void plus_is_one_level(void **state)
{
	(void)state;
	assert_true(MATCHES("sport/tennis/+", "sport/tennis/player1"));
	assert_false(MATCHES("sport/tennis/+", "sport/tennis/player1/ranking"));
	assert_false(MATCHES("sport/+", "sport"));
	assert_true(MATCHES("sport/+", "sport/"));
	assert_true(MATCHES("+/+", "/finance"));
	assert_true(MATCHES("/+", "/finance"));
	assert_false(MATCHES("+", "/finance"));
}

/* §4.7.1.2, but for the parent level: AWS's "sensor/#" does not match "sensor". */
static void hash_is_what_lies_below(void **state)
{
	(void)state;
	assert_true(MATCHES("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
	assert_true(MATCHES("sensor/#", "sensor/"));
	assert_true(MATCHES("sensor/#", "sensor/a"));
	assert_false(MATCHES("sensor/#", "sensor"));
	assert_false(MATCHES("sensor/#", "sensors/a"));
	assert_true(MATCHES("#", "a/b"));
	assert_true(MATCHES("#", "/"));
}

/* §4.7.2. */
static void wildcards_at_the_first_level_do_not_reach_dollar_topics(void **state)
{
	(void)state;
	assert_false(MATCHES("#", "$SYS/x"));
	assert_false(MATCHES("+/monitor/Clients", "$SYS/monitor/Clients"));
	assert_true(MATCHES("$SYS/#", "$SYS/x"));
	assert_true(MATCHES("$aws/events/certificates/registered/+", "$aws/events/certificates/registered/ab"));
}

static void exact_filters_match_themselves_alone(void **state)
{
	(void)state;
	assert_true(MATCHES("a/b", "a/b"));
	assert_false(MATCHES("a/b", "a/b/c"));
	assert_false(MATCHES("a/b/c", "a/b"));
	assert_false(MATCHES("a", "A"));
	assert_false(MATCHES("a/b", "a//b"));
	assert_false(MATCHES("", ""));
}

/* §4.7.1.2, §4.7.1.3. */
static void filters_with_wildcards_inside_a_level_are_invalid(void **state)
{
	(void)state;
	assert_true(VALID("#") && VALID("sport/tennis/#") && VALID("+") && VALID("+/tennis/#") &&
		    VALID("sport/+/player1"));
	assert_true(VALID("/") && VALID("a//b"));
	assert_false(VALID("sport/tennis#"));
	assert_false(VALID("sport/tennis/#/ranking"));
	assert_false(VALID("sport+"));
	assert_false(VALID(""));
	assert_false(VALID("\xff"));
}

/* v5 §4.8.2. */
static void shared_filters_have_a_name_and_a_filter(void **state)
{
	(void)state;
	assert_true(VALID("$share/group/a/#"));
	assert_false(VALID("$share//a"));
	assert_false(VALID("$share/group"));
	assert_false(VALID("$share/group/"));
	assert_false(VALID("$share/+/a"));
	assert_false(VALID("$share/g#/a"));
	assert_view(zt_filter_unshared(ZT_LIT("$share/group/a/#")), "a/#");
	assert_view(zt_filter_unshared(ZT_LIT("a/#")), "a/#");
	assert_true(zt_filter_is_shared(ZT_LIT("$share/g/a")));
	assert_false(zt_filter_is_shared(ZT_LIT("$shared/g/a")));
}

static void topics_have_no_wildcards(void **state)
{
	(void)state;
	assert_true(zt_topic_is_valid(ZT_LIT("a/b")));
	assert_true(zt_topic_is_valid(ZT_LIT("/")));
	assert_false(zt_topic_is_valid(ZT_LIT("")));
	assert_false(zt_topic_is_valid(ZT_LIT("a/+")));
	assert_false(zt_topic_is_valid(ZT_LIT("a#")));
	assert_false(zt_topic_is_valid(ZT_LIT("a\0b")));
}

/* AWS IoT Core quotas: 256 bytes, seven slashes; prefixes of Basic Ingest and shared subscriptions do not count. */
static void limits_leave_out_the_prefixes(void **state)
{
	(void)state;
	char text[300];
	memset(text, 'a', sizeof text);
	assert_true(zt_topic_within_limits(zt_view_make(text, 256)));
	assert_false(zt_topic_within_limits(zt_view_make(text, 257)));
	assert_true(zt_topic_within_limits(ZT_LIT("1/2/3/4/5/6/7/8")));
	assert_false(zt_topic_within_limits(ZT_LIT("1/2/3/4/5/6/7/8/9")));
	assert_true(zt_topic_within_limits(ZT_LIT("$aws/rules/name/1/2/3/4/5/6/7/8")));
	assert_false(zt_topic_within_limits(ZT_LIT("$aws/rules/name/1/2/3/4/5/6/7/8/9")));
	assert_true(zt_topic_within_limits(ZT_LIT("$share/name/1/2/3/4/5/6/7/8")));
	memcpy(text, "$share/g/", 9);
	assert_true(zt_topic_within_limits(zt_view_make(text, 9 + 256)));
	assert_false(zt_topic_within_limits(zt_view_make(text, 9 + 257)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plus_is_one_level),
		cmocka_unit_test(hash_is_what_lies_below),
		cmocka_unit_test(wildcards_at_the_first_level_do_not_reach_dollar_topics),
		cmocka_unit_test(exact_filters_match_themselves_alone),
		cmocka_unit_test(filters_with_wildcards_inside_a_level_are_invalid),
		cmocka_unit_test(shared_filters_have_a_name_and_a_filter),
		cmocka_unit_test(topics_have_no_wildcards),
		cmocka_unit_test(limits_leave_out_the_prefixes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
