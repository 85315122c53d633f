#include "cloud/shadow/topic.h"

#include "zt_cmocka.h"

static void requests_are_told_apart(void **state)
{
	(void)state;
	zt_shadow_topic t;
	assert_true(zt_shadow_topic_read(ZT_LIT("$aws/things/lamp/shadow/get"), &t));
	assert_view(t.thing, "lamp");
	assert_int_equal(t.name.n, 0);
	assert_int_equal(t.operation, ZT_SHADOW_GET);
	assert_true(zt_shadow_topic_read(ZT_LIT("$aws/things/l:a_m-p/shadow/name/conf$1/update"), &t));
	assert_view(t.thing, "l:a_m-p");
	assert_view(t.name, "conf$1");
	assert_int_equal(t.operation, ZT_SHADOW_UPDATE);
	assert_true(zt_shadow_topic_read(ZT_LIT("$aws/things/lamp/shadow/delete"), &t));
	assert_int_equal(t.operation, ZT_SHADOW_DELETE);
}

static void everything_else_is_no_request(void **state)
{
	(void)state;
	zt_shadow_topic t;
	static const char *const topics[] = {
		"$aws/things/lamp/shadow/get/accepted",
		"$aws/things/lamp/shadow/update/delta",
		"$aws/things/lamp/shadow/name/x",
		"$aws/things/lamp/shadow/name//get",
		"$aws/things//shadow/get",
		"$aws/things/la mp/shadow/get",
		"$aws/things/lamp/shadow",
		"$aws/things/lamp/jobs/get",
		"things/lamp/shadow/get",
		"$aws/things/lamp/shadow/get/",
		"$aws/things/lamp/shadow/name/a b/get",
	};
	for (size_t i = 0; i < ZT_COUNT(topics); i++)
		if (zt_shadow_topic_read(zt_view_of(topics[i]), &t))
			fail_msg("%s", topics[i]);
}

static void names_have_their_bounds(void **state)
{
	(void)state;
	char text[256];
	memset(text, 'a', sizeof text);
	assert_true(zt_shadow_thing_is_valid(zt_view_make(text, 128)));
	assert_false(zt_shadow_thing_is_valid(zt_view_make(text, 129)));
	assert_true(zt_shadow_name_is_valid(zt_view_make(text, 64)));
	assert_false(zt_shadow_name_is_valid(zt_view_make(text, 65)));
	assert_false(zt_shadow_name_is_valid(ZT_VIEW_EMPTY));
	assert_false(zt_shadow_thing_is_valid(ZT_LIT("a$b")));
}

static void answers_are_published_beside(void **state)
{
	(void)state;
	ZT_CLEANUP(zt_str_free) zt_str out = ZT_STR(256);
	assert_ok(zt_shadow_topic_put(ZT_LIT("lamp"), ZT_VIEW_EMPTY, "get/rejected", &out));
	assert_string_equal(zt_str_text(&out), "$aws/things/lamp/shadow/get/rejected");
	zt_str_clear(&out);
	assert_ok(zt_shadow_topic_put(ZT_LIT("lamp"), ZT_LIT("conf"), "update/delta", &out));
	assert_string_equal(zt_str_text(&out), "$aws/things/lamp/shadow/name/conf/update/delta");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_told_apart),
		cmocka_unit_test(everything_else_is_no_request),
		cmocka_unit_test(names_have_their_bounds),
		cmocka_unit_test(answers_are_published_beside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
