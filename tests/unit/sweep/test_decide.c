/* The table of all cases: what is known of certificate, Thing and the certificate that the Thing names, and what
 * follows. */
#include "zt_cmocka.h"

#include "sweep/decide.h"

enum { NOW = 1000000 };

#define VALID .not_before_s = NOW - 100, .not_after_s = NOW + 100
#define ENDED .not_before_s = NOW - 100, .not_after_s = NOW - 1
#define NEWER .certificate_id = "b", .not_before_s = NOW - 50

typedef struct {
	const char *what;
	zt_sweep_certificate certificate; /* its id is "a" */
	bool know_thing, know_current;
	zt_sweep_thing thing;
	zt_sweep_certificate current;
	zt_sweep_verdict verdict;
} row;

/* A row of the table stays in two lines. */
/* clang-format off */
static const row rows[] = {
	{ "absent", { .id = "a" }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_KEEP },
	{ "of unknown validity", { .id = "a", .status = ZT_SWEEP_ACTIVE }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_KEEP },

	{ "expired, pending", { .id = "a", ENDED, .status = ZT_SWEEP_PENDING }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_RETIRE },
	{ "expired, active", { .id = "a", ENDED, .status = ZT_SWEEP_ACTIVE }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_RETIRE },
	{ "expired, inactive", { .id = "a", ENDED, .status = ZT_SWEEP_INACTIVE }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_RETIRE },
	{ "expired, revoked", { .id = "a", ENDED, .status = ZT_SWEEP_OTHER }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_RETIRE },
	{ "ends this second", { .id = "a", .not_after_s = NOW, .status = ZT_SWEEP_PENDING }, false, false, { 0 }, { .id = "" },
	  ZT_SWEEP_KEEP },

	{ "pending", { .id = "a", VALID, .status = ZT_SWEEP_PENDING }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_KEEP },
	{ "revoked", { .id = "a", VALID, .status = ZT_SWEEP_OTHER }, false, false, { 0 }, { .id = "" }, ZT_SWEEP_KEEP },
	{ "active, thing unknown", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, false, false, { 0 }, { .id = "" },
	  ZT_SWEEP_LOOK_AT_THING },
	{ "without a thing", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, false, { 0 }, { .id = "" }, ZT_SWEEP_KEEP },
	{ "with several things", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, false, { .count = 2, NEWER }, { .id = "" },
	  ZT_SWEEP_KEEP },
	{ "its thing names none", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, false, { .count = 1 }, { .id = "" },
	  ZT_SWEEP_KEEP },
	{ "current", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, false,
	  { .count = 1, .certificate_id = "a", .not_before_s = NOW }, { .id = "" }, ZT_SWEEP_KEEP },
	{ "its thing names an older one", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, false,
	  { .count = 1, .certificate_id = "b", .not_before_s = NOW - 101 }, { .id = "" }, ZT_SWEEP_KEEP },
	{ "its thing names one of the same second", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, false,
	  { .count = 1, .certificate_id = "b", .not_before_s = NOW - 100 }, { .id = "" }, ZT_SWEEP_KEEP },

	{ "its thing names a newer one", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, false, { .count = 1, NEWER },
	  { .id = "" }, ZT_SWEEP_LOOK_AT_CURRENT },
	{ "the newer one is absent", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, true, { .count = 1, NEWER },
	  { .id = "b" }, ZT_SWEEP_KEEP },
	{ "the newer one is pending", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, true, { .count = 1, NEWER },
	  { .id = "b", VALID, .status = ZT_SWEEP_PENDING }, ZT_SWEEP_KEEP },
	{ "the newer one is revoked", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, true, { .count = 1, NEWER },
	  { .id = "b", VALID, .status = ZT_SWEEP_OTHER }, ZT_SWEEP_KEEP },
	{ "the newer one has expired", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, true, { .count = 1, NEWER },
	  { .id = "b", ENDED, .status = ZT_SWEEP_ACTIVE }, ZT_SWEEP_KEEP },
	{ "its thing moved on", { .id = "a", VALID, .status = ZT_SWEEP_ACTIVE }, true, true, { .count = 1, NEWER },
	  { .id = "b", VALID, .status = ZT_SWEEP_ACTIVE }, ZT_SWEEP_RETIRE },
	{ "deactivated, its thing moved on", { .id = "a", VALID, .status = ZT_SWEEP_INACTIVE }, true, true, { .count = 1, NEWER },
	  { .id = "b", VALID, .status = ZT_SWEEP_ACTIVE }, ZT_SWEEP_RETIRE },
};
/* clang-format on */

static void every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZT_COUNT(rows); i++) {
		const row *r = &rows[i];
		zt_sweep_decision decision = zt_sweep_decide(&r->certificate, r->know_thing ? &r->thing : NULL,
							     r->know_current ? &r->current : NULL, NOW);
		if (decision.verdict != r->verdict)
			fail_msg("%s: %d instead of %d", r->what, (int)decision.verdict, (int)r->verdict);
		assert_int_equal(decision.reason != NULL, decision.verdict >= ZT_SWEEP_KEEP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_row) };
	return cmocka_run_group_tests_name("sweep/decide", tests, NULL, NULL);
}
