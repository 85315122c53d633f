/* The table of all cases: what is known of event, certificate and Thing, and what follows. */
#include "zt_cmocka.h"

#include "jitr/decide.h"

#define CA "1111111111111111111111111111111111111111111111111111111111111111"
#define SAME_TENANT_CA "2222222222222222222222222222222222222222222222222222222222222222"
#define OTHER_CA "3333333333333333333333333333333333333333333333333333333333333333"
#define UNKNOWN_CA "9999999999999999999999999999999999999999999999999999999999999999"
#define MINE "5555555555555555555555555555555555555555555555555555555555555555"
#define LOWER "4444444444444444444444444444444444444444444444444444444444444444"
#define HIGHER "6666666666666666666666666666666666666666666666666666666666666666"
#define D64 "abababababababababababababababababababababababababababababababab"
#define DEVICE D64 D64
#define OTHER_DEVICE "cdababababababababababababababababababababababababababababababab" D64

enum { NOW = 1000000 };

static const zt_jitr_config config = {
	.cas = { { CA, "tenant-a" }, { SAME_TENANT_CA, "tenant-a" }, { OTHER_CA, "tenant-b" } },
	.ca_count = 3,
};
static const zt_jitr_event event = { .certificate_id = MINE, .ca_id = CA };

/* The certificate of the event in its usual state; a row changes what it is about. */
#define CERTIFICATE                                                                            \
	.id = MINE, .ca_id = CA, .arn = "arn", .device_id = DEVICE, .not_before_s = NOW - 100, \
	.not_after_s = NOW + 100, .created_ms = 5000
#define PENDING CERTIFICATE, .status = ZT_JITR_PENDING
#define ACTIVE CERTIFICATE, .status = ZT_JITR_ACTIVE
#define NO_EVENT            \
	{                   \
		.ca_id = "" \
	}
#define NO_CERTIFICATE   \
	{                \
		.id = "" \
	}
#define NO_THING           \
	{                  \
		.name = "" \
	}
#define NOTHING_ELSE NO_CERTIFICATE, NO_THING
#define THING .name = "Azure-Sphere-ababa", .exists = true, .device_id = DEVICE, .tenant = "tenant-a", .version = 1

/* A row of the table stays in two lines. */
/* clang-format off */
typedef struct {
	const char *what;
	zt_jitr_event event; /* the usual one when empty */
	bool know_certificate, know_thing, know_current;
	zt_jitr_certificate certificate, current;
	zt_jitr_thing thing;
	zt_jitr_verdict verdict;
	size_t action_count;
	zt_jitr_action actions[ZT_JITR_ACTIONS_MAX];
} row;

#define CREATE_ACTIONS 4, { ZT_JITR_TELL, ZT_JITR_REGISTER_NEW, ZT_JITR_ATTACH, ZT_JITR_ACTIVATE }
#define RENEW_ACTIONS 4, { ZT_JITR_TELL, ZT_JITR_REGISTER_ACTIVE, ZT_JITR_ATTACH, ZT_JITR_RETIRE }
#define FINISH_ACTIONS 5, { ZT_JITR_TELL, ZT_JITR_REGISTER_AGAIN, ZT_JITR_ATTACH, ZT_JITR_ACTIVATE, ZT_JITR_RETIRE }
#define KEEP_ACTIONS 2, { ZT_JITR_ATTACH, ZT_JITR_RETIRE }
#define NO_ACTIONS 0, { 0 }

static const row rows[] = {
	{ "a CA that is not ours costs no call", { MINE, UNKNOWN_CA, 0 }, false, false, false, NO_CERTIFICATE, NOTHING_ELSE,
	  ZT_JITR_REFUSED, NO_ACTIONS },
	{ "the certificate comes first", NO_EVENT, false, false, false, NO_CERTIFICATE, NOTHING_ELSE, ZT_JITR_LOOK_AT_CERTIFICATE,
	  NO_ACTIONS },
	{ "absent", NO_EVENT, true, false, false, { .status = ZT_JITR_ABSENT }, NOTHING_ELSE, ZT_JITR_REFUSED, NO_ACTIONS },
	{ "inactive or revoked", NO_EVENT, true, false, false, { CERTIFICATE, .status = ZT_JITR_OTHER }, NOTHING_ELSE,
	  ZT_JITR_REFUSED, NO_ACTIONS },
	{ "another CA than the event says", { MINE, SAME_TENANT_CA, 0 }, true, false, false,
	  { PENDING }, NOTHING_ELSE, ZT_JITR_REFUSED, NO_ACTIONS },
	{ "PEM that does not parse", NO_EVENT, true, false, false,
	  { CERTIFICATE, .status = ZT_JITR_PENDING, .unreadable = "no PEM" }, NOTHING_ELSE, ZT_JITR_REFUSED, NO_ACTIONS },
	{ "common name of another form", NO_EVENT, true, false, false,
	  { .id = MINE, .ca_id = CA, .status = ZT_JITR_PENDING, .not_after_s = NOW + 1 }, NOTHING_ELSE, ZT_JITR_REFUSED,
	  NO_ACTIONS },
	{ "expired", NO_EVENT, true, false, false,
	  { .id = MINE, .ca_id = CA, .status = ZT_JITR_PENDING, .device_id = DEVICE, .not_after_s = NOW - 1 }, NOTHING_ELSE,
	  ZT_JITR_REFUSED, NO_ACTIONS },
	{ "expires this second", NO_EVENT, true, false, false,
	  { .id = MINE, .ca_id = CA, .status = ZT_JITR_PENDING, .device_id = DEVICE, .not_after_s = NOW }, NOTHING_ELSE,
	  ZT_JITR_LOOK_AT_THING, NO_ACTIONS },
	{ "a good certificate: its Thing next", NO_EVENT, true, false, false, { PENDING }, NOTHING_ELSE, ZT_JITR_LOOK_AT_THING, NO_ACTIONS },
	{ "no Thing yet", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { .name = "Azure-Sphere-ababa" }, ZT_JITR_CREATED, CREATE_ACTIONS },
	{ "no Thing, activated by hand", NO_EVENT, true, true, false, { ACTIVE }, NO_CERTIFICATE,
	  { .name = "Azure-Sphere-ababa" }, ZT_JITR_CREATED, CREATE_ACTIONS },
	{ "no Thing; its name is the client id", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { .name = DEVICE }, ZT_JITR_CREATED, 3, { ZT_JITR_TELL, ZT_JITR_REGISTER_NEW, ZT_JITR_ACTIVATE } },
	{ "the name is another device's", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { .name = "n", .exists = true, .device_id = OTHER_DEVICE, .tenant = "tenant-a" }, ZT_JITR_LOOK_AT_LONGER, NO_ACTIONS },
	{ "the name is a Thing's without a device id", NO_EVENT, true, true, false, { PENDING },
	  NO_CERTIFICATE, { .name = "n", .exists = true }, ZT_JITR_LOOK_AT_LONGER, NO_ACTIONS },
	{ "the device of another tenant", { MINE, OTHER_CA, 0 }, true, true, false,
	  { .id = MINE, .ca_id = OTHER_CA, .device_id = DEVICE, .not_after_s = NOW, .status = ZT_JITR_PENDING }, NO_CERTIFICATE,
	  { THING, .certificate_id = LOWER }, ZT_JITR_REFUSED, NO_ACTIONS },
	{ "the same tenant's next CA", { MINE, SAME_TENANT_CA, 0 }, true, true, false,
	  { .id = MINE, .ca_id = SAME_TENANT_CA, .device_id = DEVICE, .not_before_s = NOW - 100, .not_after_s = NOW,
	    .status = ZT_JITR_PENDING }, NO_CERTIFICATE, { THING, .certificate_id = LOWER, .not_before_s = NOW - 200 },
	  ZT_JITR_RENEWED, RENEW_ACTIONS },
	{ "a Thing without tenant is adopted", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { .name = "n", .exists = true, .device_id = DEVICE }, ZT_JITR_RENEWED, RENEW_ACTIONS },
	{ "renewal", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { THING, .certificate_id = LOWER, .not_before_s = NOW - 101 }, ZT_JITR_RENEWED, RENEW_ACTIONS },
	{ "renewal, active already", NO_EVENT, true, true, false, { ACTIVE }, NO_CERTIFICATE,
	  { THING, .certificate_id = LOWER, .not_before_s = NOW - 101 }, ZT_JITR_RENEWED, RENEW_ACTIONS },
	{ "a late event for an older certificate", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { THING, .certificate_id = HIGHER, .not_before_s = NOW - 99 }, ZT_JITR_STALE, NO_ACTIONS },
	{ "a late event, active already", NO_EVENT, true, true, false, { ACTIVE }, NO_CERTIFICATE,
	  { THING, .certificate_id = HIGHER, .not_before_s = NOW - 99 }, ZT_JITR_STALE, NO_ACTIONS },
	{ "of the same second", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { THING, .certificate_id = HIGHER, .not_before_s = NOW - 100 }, ZT_JITR_LOOK_AT_CURRENT, NO_ACTIONS },
	{ "of the same second, registered later", NO_EVENT, true, true, true, { PENDING },
	  { .id = HIGHER, .status = ZT_JITR_ACTIVE, .not_before_s = NOW - 100, .created_ms = 4999 },
	  { THING, .certificate_id = HIGHER, .not_before_s = NOW - 100 }, ZT_JITR_RENEWED, RENEW_ACTIONS },
	{ "of the same second, registered earlier", NO_EVENT, true, true, true, { PENDING },
	  { .id = LOWER, .status = ZT_JITR_ACTIVE, .not_before_s = NOW - 100, .created_ms = 5001 },
	  { THING, .certificate_id = LOWER, .not_before_s = NOW - 100 }, ZT_JITR_STALE, NO_ACTIONS },
	{ "of the same second, the current one gone", NO_EVENT, true, true, true, { PENDING },
	  { .id = HIGHER, .status = ZT_JITR_ABSENT }, { THING, .certificate_id = HIGHER, .not_before_s = NOW - 100 },
	  ZT_JITR_RENEWED, RENEW_ACTIONS },
	{ "stopped before the activation", NO_EVENT, true, true, false, { PENDING }, NO_CERTIFICATE,
	  { THING, .certificate_id = MINE, .not_before_s = NOW - 100 }, ZT_JITR_FINISHED, FINISH_ACTIONS },
	{ "current", NO_EVENT, true, true, false, { ACTIVE }, NO_CERTIFICATE,
	  { THING, .certificate_id = MINE, .not_before_s = NOW - 100 }, ZT_JITR_CURRENT, KEEP_ACTIONS },
};

/* clang-format on */

static void every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		const row *it = &rows[i];
		zt_jitr_decision got = zt_jitr_decide(
		    &config, it->event.ca_id[0] ? &it->event : &event, it->know_certificate ? &it->certificate : NULL,
		    it->know_thing ? &it->thing : NULL, it->know_current ? &it->current : NULL, NOW);
		if (got.verdict != it->verdict || got.action_count != it->action_count ||
		    memcmp(got.actions, it->actions, it->action_count * sizeof *it->actions) != 0)
			fail_msg("%s: verdict %d with %zu actions", it->what, (int)got.verdict, got.action_count);
		if ((got.verdict == ZT_JITR_REFUSED) != (got.reason != NULL))
			fail_msg("%s: a refusal has a reason, and only it", it->what);
	}
}

/* RegisterThing may activate, so the device is told before it; retiring comes behind everything. */
static void what_the_device_needs_comes_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		bool told = false, active = rows[i].verdict == ZT_JITR_CURRENT;
		for (size_t k = 0; k < rows[i].action_count; k++) {
			zt_jitr_action action = rows[i].actions[k];
			if (action == ZT_JITR_REGISTER_NEW || action == ZT_JITR_REGISTER_AGAIN ||
			    action == ZT_JITR_REGISTER_ACTIVE)
				assert_true(told);
			if (action == ZT_JITR_RETIRE)
				assert_true(active && k + 1 == rows[i].action_count);
			told |= action == ZT_JITR_TELL;
			active |= action == ZT_JITR_ACTIVATE || action == ZT_JITR_REGISTER_ACTIVE;
		}
	}
}

static void the_order_is_total(void **state)
{
	(void)state;
	static const zt_jitr_certificate ordered[] = {
		{ .id = HIGHER, .not_before_s = 1, .created_ms = 9 },
		{ .id = HIGHER, .not_before_s = 2, .created_ms = 1 },
		{ .id = LOWER, .not_before_s = 2, .created_ms = 2 },
		{ .id = HIGHER, .not_before_s = 2, .created_ms = 2 },
	};
	for (size_t a = 0; a < ZT_COUNT(ordered); a++)
		for (size_t b = 0; b < ZT_COUNT(ordered); b++) {
			int order = zt_jitr_compare(&ordered[a], &ordered[b]);
			assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(what_the_device_needs_comes_first),
		cmocka_unit_test(the_order_is_total),
	};
	return cmocka_run_group_tests_name("jitr/decide", tests, NULL, NULL);
}
