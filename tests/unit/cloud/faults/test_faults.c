#include "cloud/faults/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "zt_cmocka.h"

static char path[64];

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static zt_faults *faults_of(const char *text)
{
	zt_faults *faults = NULL;
	zt_error error = { 0 };
	write_file(text);
	if (zt_faults_new(path, &faults, &error) != ZT_OK)
		fail_msg("%s", error.text);
	return faults;
}

static void without_faults_nothing_goes_wrong(void **state)
{
	(void)state;
	assert_int_equal(zt_faults_event(NULL).copies, 1);
	assert_int_equal(zt_faults_operation(NULL, "CreateThing", "i1").kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_retry_ms(NULL), 0);
	zt_faults *faults = faults_of("{}");
	assert_int_equal(zt_faults_event(faults).copies, 1);
	assert_int_equal(zt_faults_event(faults).delay_ms, 0);
	assert_int_equal(zt_faults_operation(faults, "CreateThing", "i1").kind, ZT_FAULT_NONE);
	zt_faults_free(faults);
}

static void a_rule_strikes_the_call_that_it_names(void **state)
{
	(void)state;
	zt_faults *faults = faults_of("{\"operations\":[{\"operation\":\"CreateThing\",\"call\":2,\"when\":\"after\","
				      "\"code\":\"InternalFailureException\",\"status\":500}]}");
	assert_int_equal(zt_faults_operation(faults, "CreateThing", NULL).kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_operation(faults, "UpdateThing", NULL).kind, ZT_FAULT_NONE);
	zt_operation_fault fault = zt_faults_operation(faults, "CreateThing", NULL);
	assert_int_equal(fault.kind, ZT_FAULT_FAIL);
	assert_true(fault.after);
	assert_int_equal(fault.status, 500);
	assert_string_equal(fault.code, "InternalFailureException");
	assert_int_equal(zt_faults_operation(faults, "CreateThing", NULL).kind, ZT_FAULT_NONE);
	zt_faults_free(faults);
}

static void a_kill_is_for_functions_alone(void **state)
{
	(void)state;
	zt_faults *faults = faults_of("{\"operations\":[{\"kill\":true,\"call\":1}]}");
	assert_int_equal(zt_faults_operation(faults, "CreateThing", NULL).kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_operation(faults, "CreateThing", "i1").kind, ZT_FAULT_KILL);
	zt_faults_free(faults);
}

static void a_functions_calls_are_counted_by_invocation(void **state)
{
	(void)state;
	zt_faults *faults = faults_of("{\"operations\":[{\"kill\":true,\"call\":2}]}");
	assert_int_equal(zt_faults_operation(faults, "CreateThing", "i1").kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_operation(faults, "CreateThing", "i2").kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_operation(faults, "UpdateThing", "i2").kind, ZT_FAULT_KILL);
	/* Once. */
	assert_int_equal(zt_faults_operation(faults, "UpdateThing", "i1").kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_operation(faults, "UpdateThing", "i3").kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_operation(faults, "UpdateThing", "i3").kind, ZT_FAULT_NONE);
	zt_faults_free(faults);
}

static void one_seed_is_one_story(void **state)
{
	(void)state;
	const char *text =
	    "{\"seed\":5,\"events\":{\"drop\":0.3,\"repeat\":0.3,\"copies\":4,\"delay\":0.5,\"delayMs\":100}}";
	zt_faults *a = faults_of(text), *b = faults_of(text);
	unsigned dropped = 0, repeated = 0, late = 0;
	for (int i = 0; i < 1000; i++) {
		zt_event_fault one = zt_faults_event(a), other = zt_faults_event(b);
		assert_int_equal(one.copies, other.copies);
		assert_int_equal(one.delay_ms, other.delay_ms);
		assert_true(one.delay_ms <= 100);
		dropped += one.copies == 0;
		repeated += one.copies == 4;
		late += one.delay_ms > 0;
	}
	/* 300, 210 (of those that are not lost) and 495 of 1000; six standard deviations are far inside of this. */
	assert_in_range(dropped, 200, 400);
	assert_in_range(repeated, 110, 310);
	assert_in_range(late, 380, 610);
	zt_faults_free(a);
	zt_faults_free(b);
}

static void what_is_read_anew_takes_the_place_of_the_old_and_begins_anew(void **state)
{
	(void)state;
	zt_faults *faults = faults_of("{\"retryMs\":50,\"operations\":[{\"call\":1,\"code\":\"Old\"}]}");
	assert_string_equal(zt_faults_operation(faults, "X", NULL).code, "Old");
	assert_int_equal(zt_faults_operation(faults, "X", NULL).kind, ZT_FAULT_NONE);
	zt_faults_replace(faults, faults_of("{\"retryMs\":60,\"operations\":[{\"call\":1,\"code\":\"New\"}]}"));
	assert_string_equal(zt_faults_operation(faults, "X", NULL).code, "New");
	assert_int_equal(zt_faults_retry_ms(faults), 60);
	zt_faults_free(faults);
}

static void the_calls_of_an_invocation_are_counted_anew_too(void **state)
{
	(void)state;
	const char *text = "{\"operations\":[{\"of\":\"function\",\"call\":2}]}";
	zt_faults *faults = faults_of(text);
	assert_int_equal(zt_faults_operation(faults, "X", "i1").kind, ZT_FAULT_NONE);
	zt_faults_replace(faults, faults_of(text));
	assert_int_equal(zt_faults_operation(faults, "X", "i1").kind, ZT_FAULT_NONE);
	assert_int_equal(zt_faults_operation(faults, "X", "i1").kind, ZT_FAULT_FAIL);
	zt_faults_free(faults);
}

static void a_bad_file_is_refused_by_the_member_that_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "JSON" },
		{ "[]", "no object" },
		{ "{\"evnts\":{}}", "evnts" },
		{ "{\"seed\":-1}", "seed" },
		{ "{\"events\":{\"drop\":1.5}}", "drop" },
		{ "{\"events\":{\"copies\":101}}", "copies" },
		{ "{\"operations\":{}}", "operations" },
		{ "{\"operations\":[7]}", "no object" },
		{ "{\"operations\":[{\"when\":\"during\"}]}", "when" },
		{ "{\"operations\":[{\"of\":\"nobody\"}]}", "of" },
		{ "{\"operations\":[{\"status\":200}]}", "status" },
		{ "{\"operations\":[{\"operation\":5}]}", "operation" },
		{ "{\"operations\":[{\"call\":\"3\"}]}", "call" },
	};
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		zt_faults *faults = NULL;
		zt_error error = { 0 };
		write_file(rows[i].text);
		assert_int_equal(zt_faults_new(path, &faults, &error), ZT_E_CONFIG);
		assert_null(faults);
		assert_non_null(strstr(error.text, path));
		if (!strstr(error.text, rows[i].says))
			fail_msg("%s: %s", rows[i].text, error.text);
	}
}

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof path, "/tmp/zt-faults-XXXXXX");
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_faults_nothing_goes_wrong),
		cmocka_unit_test(a_rule_strikes_the_call_that_it_names),
		cmocka_unit_test(a_kill_is_for_functions_alone),
		cmocka_unit_test(a_functions_calls_are_counted_by_invocation),
		cmocka_unit_test(one_seed_is_one_story),
		cmocka_unit_test(what_is_read_anew_takes_the_place_of_the_old_and_begins_anew),
		cmocka_unit_test(the_calls_of_an_invocation_are_counted_anew_too),
		cmocka_unit_test(a_bad_file_is_refused_by_the_member_that_is_wrong),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
