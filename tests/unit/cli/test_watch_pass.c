#include "base/json.h"
#include "cli/watch_pass.h"
#include "zt_cmocka.h"

#define PREFIX "arn:aws:iot:us-east-1:123456789012:"

static json_t *document_of(const char *const *filters, size_t count)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(8192);
	json_t *document = NULL;
	assert_ok(zt_pass_policy(PREFIX, "me", filters, count, &text));
	assert_ok(zt_json_parse(zt_str_view(&text), &document, NULL));
	return document;
}

static void assert_statement(const json_t *document, size_t index, const char *action, const char *resource)
{
	const json_t *one = json_array_get(json_object_get(document, "Statement"), index);
	assert_string_equal(zt_json_text(one, "Effect"), "Allow");
	assert_string_equal(zt_json_text(one, "Action"), action);
	assert_string_equal(zt_json_text(one, "Resource"), resource);
}

static void test_allows_its_own_client_id_and_filter_alone(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *document = document_of((const char *const[]){ "myhome/myroom" }, 1);
	assert_int_equal(json_array_size(json_object_get(document, "Statement")), 3);
	assert_statement(document, 0, "iot:Connect", PREFIX "client/me");
	assert_statement(document, 1, "iot:Subscribe", PREFIX "topicfilter/myhome/myroom");
	assert_statement(document, 2, "iot:Receive", PREFIX "topic/myhome/myroom");
}

/* '+' and '#' are literal in a policy: the filter keeps them, the topics that it stands for need '*'. */
static void test_wildcards_of_a_filter_become_stars_for_receive(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *document = document_of((const char *const[]){ "a/+/c", "d/#" }, 2);
	assert_statement(document, 1, "iot:Subscribe", PREFIX "topicfilter/a/+/c");
	assert_statement(document, 2, "iot:Receive", PREFIX "topic/a/*/c");
	assert_statement(document, 3, "iot:Subscribe", PREFIX "topicfilter/d/#");
	assert_statement(document, 4, "iot:Receive", PREFIX "topic/d/*");
}

static void test_a_shared_filter_receives_from_the_plain_topic(void **state)
{
	(void)state;
	ZT_JSON_CLEANUP json_t *document = document_of((const char *const[]){ "$share/group/a/b" }, 1);
	assert_statement(document, 1, "iot:Subscribe", PREFIX "topicfilter/$share/group/a/b");
	assert_statement(document, 2, "iot:Receive", PREFIX "topic/a/b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allows_its_own_client_id_and_filter_alone),
		cmocka_unit_test(test_wildcards_of_a_filter_become_stars_for_receive),
		cmocka_unit_test(test_a_shared_filter_receives_from_the_plain_topic),
	};
	return cmocka_run_group_tests_name("cli/watch_pass", tests, NULL, NULL);
}
