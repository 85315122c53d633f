/* From a request line to a row of the tables. The service is the test's own. */
#include "zt_cmocka.h"

#include <stdlib.h>

#include "cloud/api/route.h"

static const zt_operation first[] = {
	{ ZT_REST("CreateThing", "POST", "/things/{}", "thing/{}", NULL) },
	{ ZT_REST("ListThings", "GET", "/things", NULL, NULL) },
	{ ZT_REST("GetVersion", "GET", "/policies/{}/version/{}", NULL, NULL) },
};
static const zt_operation second[] = {
	{ ZT_REST("Publish", "POST", "/topics/{+}", "topic/{}", NULL) },
	{ ZT_QUERY("GetRole", NULL, NULL) },
};
static const zt_operations first_table = ZT_OPERATIONS(first), second_table = ZT_OPERATIONS(second);
static const zt_operations *const tables[] = { &first_table, &second_table };
static const zt_service rest = {
	.prefix = "iot", .tables = tables, .table_count = 2, .unknown_operation = "UnknownOperationException"
};
static const zt_operations *const query_tables[] = { &second_table };
static const zt_service query = { .prefix = "iam",
				  .protocol = ZT_PROTOCOL_QUERY,
				  .tables = query_tables,
				  .table_count = 1,
				  .unknown_operation = "InvalidAction",
				  .version = "2010-05-08" };

/* Labels end with " | "; NULL when there is no such operation. */
static void expect_route(const char *method, const char *path, const char *name, const char *labels)
{
	zt_error error = { 0 };
	const zt_http_request request = { .method = zt_view_of(method), .path = zt_view_of(path) };
	zt_call call = { .service = &rest, .request = &request };
	zt_status status = zt_route_rest(&call, &error);
	if (!name) {
		assert_int_equal(status, ZT_E_NOT_FOUND);
		assert_string_equal(error.code, "UnknownOperationException");
		return;
	}
	if (status != ZT_OK)
		fail_msg("%s %s: %s", method, path, error.text);
	assert_string_equal(call.operation->name, name);
	ZT_CLEANUP(zt_str_free) zt_str got = ZT_STR(512);
	assert_ok(zt_str_put_text(&got, ""));
	for (size_t i = 0; i < call.label_count; i++)
		assert_ok(zt_str_printf(&got, "%.*s | ", ZT_PRI(call.labels[i])));
	assert_string_equal(zt_str_text(&got), labels);
	free(call.label_text);
}

static void segments_are_literal_or_labels(void **state)
{
	(void)state;
	expect_route("GET", "/things", "ListThings", "");
	expect_route("POST", "/things/lamp", "CreateThing", "lamp | ");
	expect_route("GET", "/policies/p/version/3", "GetVersion", "p | 3 | ");
}

static void labels_are_decoded_behind_the_matching(void **state)
{
	(void)state;
	expect_route("POST", "/things/a%2Fb%3Ac", "CreateThing", "a/b:c | ");
	expect_route("POST", "/things/a+b", "CreateThing", "a+b | ");
}

static void the_last_label_may_take_slashes(void **state)
{
	(void)state;
	expect_route("POST", "/topics/a/b%2Fc", "Publish", "a/b/c | ");
	expect_route("POST", "/topics/", NULL, NULL);
}

static void a_slash_at_the_end_says_nothing(void **state)
{
	(void)state;
	expect_route("GET", "/things/", "ListThings", "");
	expect_route("POST", "/things/lamp/", "CreateThing", "lamp | ");
}

static void other_methods_and_paths_are_unknown(void **state)
{
	(void)state;
	expect_route("PUT", "/things/lamp", NULL, NULL);
	expect_route("POST", "/things/lamp/more", NULL, NULL);
	expect_route("POST", "/things//", NULL, NULL);
	expect_route("GET", "/", NULL, NULL);
	expect_route("GET", "", NULL, NULL);
	expect_route("GET", "things", NULL, NULL);
	expect_route("get", "/things", NULL, NULL);
}

static void labels_that_are_not_well_formed_are_refused(void **state)
{
	(void)state;
	static const char *const paths[] = { "/things/%zz", "/things/%ff", "/things/%00", "/things/%" };
	for (size_t i = 0; i < ZT_COUNT(paths); i++) {
		const zt_http_request request = { .method = ZT_LIT("POST"), .path = zt_view_of(paths[i]) };
		zt_call call = { .service = &rest, .request = &request };
		assert_status(zt_route_rest(&call, NULL), ZT_E_INVALID);
		free(call.label_text);
	}
}

static void expect_action(const char *form, const char *code)
{
	zt_error error = { 0 };
	zt_call call = { .service = &query };
	assert_ok(zt_form_read(zt_view_of(form), &call.form, NULL));
	zt_status status = zt_route_query(&call, &error);
	zt_form_free(&call.form);
	if (!code) {
		assert_int_equal(status, ZT_OK);
		assert_string_equal(call.operation->name, "GetRole");
		return;
	}
	assert_int_equal(status, ZT_E_NOT_FOUND);
	assert_string_equal(error.code, code);
}

static void query_goes_by_action_and_version(void **state)
{
	(void)state;
	expect_action("Action=GetRole&Version=2010-05-08", NULL);
	expect_action("Version=2010-05-08&Action=GetRole&x=y", NULL);
	expect_action("Action=GetRole&Version=1999-01-01", "InvalidAction");
	expect_action("Action=getrole&Version=2010-05-08", "InvalidAction");
	expect_action("Version=2010-05-08", "MissingAction");
	expect_action("", "MissingAction");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_are_literal_or_labels),
		cmocka_unit_test(labels_are_decoded_behind_the_matching),
		cmocka_unit_test(the_last_label_may_take_slashes),
		cmocka_unit_test(a_slash_at_the_end_says_nothing),
		cmocka_unit_test(other_methods_and_paths_are_unknown),
		cmocka_unit_test(labels_that_are_not_well_formed_are_refused),
		cmocka_unit_test(query_goes_by_action_and_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
