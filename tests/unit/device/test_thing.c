#include "unit/zt_cmocka.h"
#include "zerotouch/thing.h"

static zt_thing thing;

static int known_device(void **state)
{
	(void)state;
	assert_ok(zt_thing_init(&thing, ZT_LIT("0123abcd")));
	return 0;
}

static zt_status take(const char *topic, const char *payload)
{
	const zt_message message = { zt_view_of(topic), zt_view_of(payload), 1, true };
	return zt_thing_take(&thing, &message);
}

static void it_listens_on_its_own_topic(void **state)
{
	(void)state;
	assert_view(zt_thing_subscription(&thing).filter, "zerotouch/0123abcd/identity");
	assert_int_equal(zt_thing_subscription(&thing).qos, 1);
	assert_string_equal(thing.name, "");
}

static void the_name_is_learnt(void **state)
{
	(void)state;
	assert_ok(take("zerotouch/0123abcd/identity", "{\"thingName\":\"Azure-Sphere-0123a\"}"));
	assert_string_equal(thing.name, "Azure-Sphere-0123a");
}

static void other_topics_are_none_of_its_business(void **state)
{
	(void)state;
	assert_status(take("zerotouch/0123abce/identity", "{\"thingName\":\"other\"}"), ZT_E_NOT_FOUND);
	assert_string_equal(thing.name, "");
}

static void what_holds_no_name_changes_nothing(void **state)
{
	(void)state;
	static const char *const payloads[] = {
		"",
		"{}",
		"{\"thingName\":7}",
		"{\"thingName\":\"\"}",
		"{\"thingName\":\"a/b\"}",
		"{\"thingName\":\"a",
		"{\"thingName\":\"a\\u0041\"}",
		"{\"thingName\":\"$x\"}",
	};
	assert_ok(zt_thing_is(&thing, ZT_LIT("before")));
	for (size_t i = 0; i < ZT_COUNT(payloads); i++)
		assert_status(take("zerotouch/0123abcd/identity", payloads[i]), ZT_E_PROTOCOL);
	assert_string_equal(thing.name, "before");
}

static void names_have_aws_s_length(void **state)
{
	(void)state;
	char name[129];
	memset(name, 'a', sizeof name);
	assert_ok(zt_thing_is(&thing, zt_view_make(name, 128)));
	assert_status(zt_thing_is(&thing, zt_view_make(name, 129)), ZT_E_INVALID);
	assert_status(zt_thing_init(&thing, zt_view_make(name, 129)), ZT_E_INVALID);
	assert_ok(zt_thing_init(&thing, zt_view_make(name, 128)));
}

static void a_device_id_is_one_level(void **state)
{
	(void)state;
	assert_status(zt_thing_init(&thing, ZT_LIT("a/b")), ZT_E_INVALID);
	assert_status(zt_thing_init(&thing, ZT_LIT("+")), ZT_E_INVALID);
	assert_status(zt_thing_init(&thing, ZT_VIEW_EMPTY), ZT_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_listens_on_its_own_topic, known_device),
		cmocka_unit_test_setup(the_name_is_learnt, known_device),
		cmocka_unit_test_setup(other_topics_are_none_of_its_business, known_device),
		cmocka_unit_test_setup(what_holds_no_name_changes_nothing, known_device),
		cmocka_unit_test_setup(names_have_aws_s_length, known_device),
		cmocka_unit_test(a_device_id_is_one_level),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
