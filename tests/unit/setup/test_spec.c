#include "script.h"

/* Gives the status of a specification that was changed by `change`, and its error. */
static zt_status refused(void (*change)(zt_setup_spec *spec), zt_error *error)
{
	static script s;
	script_open(&s, NULL, 0);
	zt_setup *setup = NULL;
	zt_setup_spec spec = script_spec(&s);
	change(&spec);
	zt_status status = zt_setup_new(s.client, &spec, &setup, error);
	zt_setup_free(setup);
	script_close(&s);
	return status;
}

static const zt_setup_ca leaf = { ZT_LIT_INIT(LEAF_PEM), { NULL, 0 } };
static const zt_setup_ca garbage = { ZT_LIT_INIT("-----BEGIN CERTIFICATE-----\nAAAA"), { NULL, 0 } };
static const zt_setup_ca twice[] = { { ZT_LIT_INIT(CA_PEM), { NULL, 0 } }, { ZT_LIT_INIT(CA_PEM), { NULL, 0 } } };
static const zt_view wildcard[] = { ZT_LIT_INIT("a/*") }, reserved[] = { ZT_LIT_INIT("$aws/events/x") },
		     ours[] = { ZT_LIT_INIT("zerotouch/x/identity") }, filter[] = { ZT_LIT_INIT("a/+/b") };

#define CHANGE(name, ...)                     \
	static void name(zt_setup_spec *spec) \
	{                                     \
		__VA_ARGS__;                  \
	}
CHANGE(no_cas, spec->ca_count = 0)
CHANGE(ca_is_a_leaf, spec->cas = &leaf)
CHANGE(ca_is_cut_off, spec->cas = &garbage)
CHANGE(ca_given_twice, spec->cas = twice; spec->ca_count = 2)
CHANGE(name_in_capitals, spec->name = ZT_LIT("Zero"))
CHANGE(name_too_long, spec->name = ZT_LIT("abcdefghijklmnopqrstuvwxyz0123456789"))
CHANGE(topic_with_wildcard, spec->topics = wildcard)
CHANGE(topic_reserved, spec->topics = reserved)
CHANGE(topic_of_ours, spec->topics = ours)
CHANGE(topic_is_a_filter, spec->topics = filter)
CHANGE(template_without_device, spec->thing_template = ZT_LIT("lamp"))
CHANGE(template_with_slash, spec->thing_template = ZT_LIT("a/{device_id}"))
CHANGE(template_of_no_digits, spec->thing_template = ZT_LIT("{device_id:0}"))
CHANGE(template_twice, spec->thing_template = ZT_LIT("{device_id}{device_id}"))
CHANGE(architecture_unknown, spec->architecture = ZT_LIT("mips"))

static void test_every_impossible_specification_is_refused(void **state)
{
	(void)state;
	static const struct {
		void (*change)(zt_setup_spec *spec);
		zt_status status;
		const char *reason;
	} cases[] = {
		{ no_cas, ZT_E_USAGE, "CA certificates, not 0" },
		{ ca_is_a_leaf, ZT_E_INVALID, "is no CA certificate" },
		{ ca_is_cut_off, ZT_E_INVALID, "" },
		{ ca_given_twice, ZT_E_USAGE, "is given twice" },
		{ name_in_capitals, ZT_E_USAGE, "the name \"Zero\"" },
		{ name_too_long, ZT_E_USAGE, "the name" },
		{ topic_with_wildcard, ZT_E_USAGE, "\"a/*\" is no topic" },
		{ topic_reserved, ZT_E_USAGE, "is no topic" },
		{ topic_of_ours, ZT_E_USAGE, "is no topic" },
		{ topic_is_a_filter, ZT_E_USAGE, "is no topic" },
		{ template_without_device, ZT_E_USAGE, "thing template" },
		{ template_with_slash, ZT_E_USAGE, "thing template" },
		{ template_of_no_digits, ZT_E_USAGE, "thing template" },
		{ template_twice, ZT_E_USAGE, "thing template" },
		{ architecture_unknown, ZT_E_USAGE, "neither x86_64 nor arm64" },
	};
	for (size_t i = 0; i < ZT_COUNT(cases); i++) {
		zt_error error = { 0 };
		zt_status status = refused(cases[i].change, &error);
		if (status != cases[i].status || !strstr(error.text, cases[i].reason))
			fail_msg("case %zu gave %s: %s", i, zt_status_name(status), error.text);
	}
}

CHANGE(long_name, spec->name = ZT_LIT("a-b"))
CHANGE(whole_device_id, spec->thing_template = ZT_LIT("{device_id}"))
CHANGE(arm, spec->architecture = ZT_LIT("arm64"))

static void test_possible_ones_are_taken(void **state)
{
	(void)state;
	assert_ok(refused(long_name, NULL));
	assert_ok(refused(whole_device_id, NULL));
	assert_ok(refused(arm, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_impossible_specification_is_refused),
		cmocka_unit_test(test_possible_ones_are_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
