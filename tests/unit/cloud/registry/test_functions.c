/* Lambda functions and asynchronous invocations. */
#include "fixture.h"

#include "cloud/registry/functions.h"

#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const zt_view name = ZT_LIT_INIT("jitr");

static zt_status create(registry_fixture *f, const char *function)
{
	json_t *configuration = json_pack("{ss si}", "Runtime", "provided.al2023", "Timeout", 3);
	zt_status status = zt_txn_function_create(f->txn, zt_view_of(function), configuration, SHA, &f->error);
	json_decref(configuration);
	return status;
}

static const zt_function *function(registry_fixture *f)
{
	return zt_registry_function(f->registry, name);
}

static void a_function_is_made_and_loaded_again(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "jitr"));
	reload(f);
	assert_string_equal(json_string_value(json_object_get(function(f)->configuration, "Runtime")),
			    "provided.al2023");
	assert_int_equal(json_array_size(function(f)->policy), 0);
	assert_string_equal(function(f)->code_sha256, SHA);
	assert_ptr_equal(zt_registry_next_function(f->registry, ZT_VIEW_EMPTY), function(f));
	assert_null(zt_registry_next_function(f->registry, name));
}

static void a_taken_or_odd_name_is_refused(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "jitr"));
	assert_refused(f, create(f, "jitr"), "ResourceConflictException", 409, "Function already exist: jitr");
	assert_refused(f, create(f, "a b"), "InvalidParameterValueException", 400, "functionName");
}

static void an_update_keeps_the_policy(void **state)
{
	registry_fixture *f = *state;
	json_t *configuration = json_pack("{si}", "Timeout", 9), *statements = json_pack("[{ss}]", "Sid", "iot");
	begin(f);
	assert_ok(create(f, "jitr"));
	assert_ok(zt_txn_function_policy(f->txn, name, statements, &f->error));
	assert_ok(zt_txn_function_update(f->txn, name, configuration, "00", &f->error));
	json_decref(configuration);
	json_decref(statements);
	reload(f);
	assert_int_equal(json_integer_value(json_object_get(function(f)->configuration, "Timeout")), 9);
	assert_string_equal(function(f)->code_sha256, "00");
	assert_string_equal(json_string_value(json_object_get(json_array_get(function(f)->policy, 0), "Sid")), "iot");
}

static void an_unknown_function_is_named_by_its_arn(void **state)
{
	registry_fixture *f = *state;
	json_t *object = json_object(), *array = json_array();
	const char *words = "Function not found: arn:aws:lambda:eu-west-1:" ACCOUNT ":function:jitr";
	begin(f);
	assert_refused(f, zt_txn_function_update(f->txn, name, object, SHA, &f->error), "ResourceNotFoundException",
		       404, words);
	assert_refused(f, zt_txn_function_policy(f->txn, name, array, &f->error), "ResourceNotFoundException", 404,
		       words);
	assert_refused(f, zt_txn_function_delete(f->txn, name, &f->error), "ResourceNotFoundException", 404, words);
	json_decref(object);
	json_decref(array);
}

static void a_resource_policy_has_a_limit(void **state)
{
	registry_fixture *f = *state;
	static char sid[20 * 1024 - 11 + 1];
	memset(sid, 's', sizeof sid - 1); /* [{"Sid":""}] are 12 characters, so one too many */
	json_t *statements = json_pack("[{ss}]", "Sid", sid);
	begin(f);
	assert_ok(create(f, "jitr"));
	assert_refused(f, zt_txn_function_policy(f->txn, name, statements, &f->error), "PolicyLengthExceededException",
		       400, "20480");
	json_decref(statements);
	sid[sizeof sid - 2] = 0;
	statements = json_pack("[{ss}]", "Sid", sid);
	assert_ok(zt_txn_function_policy(f->txn, name, statements, &f->error));
	json_decref(statements);
}

static void a_deleted_function_is_gone(void **state)
{
	registry_fixture *f = *state;
	begin(f);
	assert_ok(create(f, "jitr"));
	assert_ok(zt_txn_function_delete(f->txn, name, &f->error));
	reload(f);
	assert_null(function(f));
}

static zt_invocation invocation_of(const char *id, char *payload, size_t n)
{
	zt_invocation invocation = {
		.payload = payload, .payload_n = n, .accepted_ms = 1, .not_before_ms = 2, .attempts = 1
	};
	(void)snprintf(invocation.request_id, sizeof invocation.request_id, "%s", id);
	(void)snprintf(invocation.function, sizeof invocation.function, "jitr");
	return invocation;
}

static void an_invocation_is_kept_with_any_payload(void **state)
{
	registry_fixture *f = *state;
	char payload[] = { '{', 0, (char)0xff, '}' };
	zt_invocation invocation = invocation_of("b", payload, sizeof payload), empty = invocation_of("a", NULL, 0);
	begin(f);
	assert_ok(zt_txn_invocation_put(f->txn, &invocation, &f->error));
	assert_ok(zt_txn_invocation_put(f->txn, &empty, &f->error));
	reload(f);
	const zt_invocation *kept = zt_registry_invocation(f->registry, ZT_LIT("b"));
	assert_int_equal(kept->payload_n, sizeof payload);
	assert_memory_equal(kept->payload, payload, sizeof payload);
	assert_string_equal(kept->function, "jitr");
	assert_int_equal(kept->attempts, 1);
	assert_int_equal(kept->accepted_ms, 1);
	assert_int_equal(kept->not_before_ms, 2);
	assert_int_equal(zt_registry_invocation(f->registry, ZT_LIT("a"))->payload_n, 0);
}

static void an_invocation_is_replaced_and_deleted(void **state)
{
	registry_fixture *f = *state;
	zt_invocation invocation = invocation_of("a", NULL, 0);
	begin(f);
	assert_ok(zt_txn_invocation_put(f->txn, &invocation, &f->error));
	invocation.attempts = 2;
	assert_ok(zt_txn_invocation_put(f->txn, &invocation, &f->error));
	assert_int_equal(zt_registry_next_invocation(f->registry, ZT_VIEW_EMPTY)->attempts, 2);
	assert_null(zt_registry_next_invocation(f->registry, ZT_LIT("a")));
	assert_ok(zt_txn_invocation_delete(f->txn, ZT_LIT("a"), &f->error));
	assert_ok(zt_txn_invocation_delete(f->txn, ZT_LIT("a"), &f->error));
	assert_null(zt_registry_invocation(f->registry, ZT_LIT("a")));
}

static void a_payload_has_a_limit(void **state)
{
	registry_fixture *f = *state;
	static char payload[1024 * 1024 + 1];
	zt_invocation invocation = invocation_of("a", payload, sizeof payload);
	begin(f);
	assert_refused(f, zt_txn_invocation_put(f->txn, &invocation, &f->error), "RequestTooLargeException", 413,
		       "1048576");
	invocation.payload_n--;
	assert_ok(zt_txn_invocation_put(f->txn, &invocation, &f->error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_function_is_made_and_loaded_again),
		TEST(a_taken_or_odd_name_is_refused),
		TEST(an_update_keeps_the_policy),
		TEST(an_unknown_function_is_named_by_its_arn),
		TEST(a_resource_policy_has_a_limit),
		TEST(a_deleted_function_is_gone),
		TEST(an_invocation_is_kept_with_any_payload),
		TEST(an_invocation_is_replaced_and_deleted),
		TEST(a_payload_has_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
