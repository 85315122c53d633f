/* The walk over scripted answers: where it ends, and where the next one begins. */
#include "zt_cmocka.h"

#include "sweep/sweep.h"
#include "unit/aws/fake_http.h"

#define LIST(items)                                                   \
	{                                                             \
		.http = 200, .body = "{\"certificates\":[" items "]}" \
	}
#define LISTED(id, created) "{\"certificateId\":\"" id "\",\"creationDate\":" created "}"
#define PENDING                                                                                                  \
	{                                                                                                        \
		.http = 200, .body = "{\"certificateDescription\":{\"certificateArn\":\"arn\",\"status\":"       \
				     "\"PENDING_ACTIVATION\",\"validity\":{\"notBefore\":1,\"notAfter\":9000}}}" \
	}

enum { NOW_S = 5000 };

static const zt_view ca = ZT_LIT("ca");

typedef struct {
	unsigned left; /* how often there is time */
	char seen[256];
} story;

static bool more(void *context)
{
	story *s = context;
	return s->left && s->left--;
}

static zt_status note(void *context, const zt_sweep_certificate *certificate, const zt_sweep_thing *thing,
		      const zt_sweep_decision *decision)
{
	story *s = context;
	size_t n = strlen(s->seen);
	(void)thing;
	(void)snprintf(s->seen + n, sizeof s->seen - n, "%s%s ", certificate->id,
		       decision->verdict == ZT_SWEEP_RETIRE ? "!" : "");
	return ZT_OK;
}

static zt_sweep_result walk(fake_http *fake, story *s, size_t most, zt_sweep_position *position)
{
	fake->wall_ms = (int64_t)NOW_S * 1000;
	zt_aws_client_spec client_spec = fake_spec(fake);
	ZT_CLEANUP(zt_aws_client_freep) zt_aws_client *client = NULL;
	assert_ok(zt_aws_client_new(&client_spec, &client, NULL));
	const zt_sweep_spec spec = { .client = client,
				     .ca_ids = &ca,
				     .ca_count = 1,
				     .age_s = 1000,
				     .most = most,
				     .more = more,
				     .decided = note,
				     .context = s };
	zt_sweep_result result;
	assert_ok(zt_sweep(&spec, position, &result, NULL));
	return result;
}

static void ends_when_the_time_is_over_and_goes_on_there(void **state)
{
	(void)state;
	zt_sweep_position position = { 0 };
	fake_http fake = { .answers = { LIST(LISTED("a", "1") "," LISTED("b", "2") "," LISTED("c", "3")), PENDING,
					PENDING },
			   .answer_count = 3 };
	story first = { .left = 2 };
	zt_sweep_result result = walk(&fake, &first, 10, &position);
	assert_string_equal(first.seen, "a b ");
	assert_int_equal(result.looked, 2);
	assert_false(result.complete);

	fake.calls = 0;
	story second = { .left = 9 };
	result = walk(&fake, &second, 10, &position);
	assert_string_equal(second.seen, "c ");
	assert_true(result.complete);
	assert_string_equal(position.after, "");
}

/* What the position names is gone: from the beginning. */
static void begins_anew_behind_a_certificate_that_is_gone(void **state)
{
	(void)state;
	zt_sweep_position position = { "gone" };
	fake_http fake = { .answers = { LIST(LISTED("a", "1")), PENDING }, .answer_count = 2 };
	story s = { .left = 9 };
	assert_true(walk(&fake, &s, 10, &position).complete);
	assert_string_equal(s.seen, "a ");
}

static void a_list_that_is_too_long_is_cut(void **state)
{
	(void)state;
	fake_http fake = { .answers = { LIST(LISTED("a", "1") "," LISTED("b", "2")), PENDING }, .answer_count = 2 };
	story s = { .left = 9 };
	assert_false(walk(&fake, &s, 1, NULL).complete);
	assert_string_equal(s.seen, "a ");
}

static void young_ones_are_left_alone(void **state)
{
	(void)state;
	fake_http fake = { .answers = { LIST(LISTED("a", "4000") "," LISTED("b", "4000.001")), PENDING },
			   .answer_count = 2 };
	story s = { .left = 9 };
	assert_true(walk(&fake, &s, 10, NULL).complete);
	assert_string_equal(s.seen, "a ");
	assert_non_null(strstr(fake.target, "/certificates/a"));
}

static void one_that_went_meanwhile_is_no_error(void **state)
{
	(void)state;
	fake_http fake = { .answers = { LIST(LISTED("a", "1")),
					{ .http = 404,
					  .body = "{}",
					  .header = "x-amzn-errortype",
					  .value = "ResourceNotFoundException" } },
			   .answer_count = 2 };
	story s = { .left = 9 };
	zt_sweep_result result = walk(&fake, &s, 10, NULL);
	assert_int_equal(result.retired, 0);
	assert_true(result.complete);
}

static void a_ca_that_is_gone_has_none(void **state)
{
	(void)state;
	fake_http fake = { .answers = { { .http = 404,
					  .body = "{}",
					  .header = "x-amzn-errortype",
					  .value = "ResourceNotFoundException" } },
			   .answer_count = 1 };
	story s = { .left = 9 };
	assert_true(walk(&fake, &s, 10, NULL).complete);
	assert_string_equal(s.seen, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_when_the_time_is_over_and_goes_on_there),
		cmocka_unit_test(begins_anew_behind_a_certificate_that_is_gone),
		cmocka_unit_test(a_list_that_is_too_long_is_cut),
		cmocka_unit_test(young_ones_are_left_alone),
		cmocka_unit_test(one_that_went_meanwhile_is_no_error),
		cmocka_unit_test(a_ca_that_is_gone_has_none),
	};
	return cmocka_run_group_tests_name("sweep/sweep", tests, NULL, NULL);
}
