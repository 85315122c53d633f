#include "base/random.h"

#include "base/codec.h"
#include "zt_cmocka.h"

static void bytes_differ_each_time(void **state)
{
	(void)state;
	uint8_t a[32], b[32];
	zt_random_bytes(a, sizeof a);
	zt_random_bytes(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

static void more_bytes_than_the_kernel_gives_at_once_are_filled(void **state)
{
	(void)state;
	/* getrandom(2) may stop short beyond 256 bytes. */
	static uint8_t many[100000];
	zt_random_bytes(many, sizeof many);
	size_t zeros = 0;
	for (size_t i = sizeof many - 256; i < sizeof many; i++)
		zeros += many[i] == 0;
	assert_in_range(zeros, 0, 64);
}

static void a_number_stays_below_its_bound_and_takes_every_value(void **state)
{
	(void)state;
	unsigned seen = 0;
	for (int i = 0; i < 1000; i++) {
		uint64_t n = zt_random_below(5);
		assert_in_range(n, 0, 4);
		seen |= 1u << n;
	}
	assert_int_equal(seen, 0x1f);
	assert_int_equal(zt_random_below(0), 0);
	assert_int_equal(zt_random_below(1), 0);
}

/* RFC 9562 §5.4. */
static void a_uuid_is_of_version_4(void **state)
{
	(void)state;
	char a[ZT_UUID_TEXT], b[ZT_UUID_TEXT];
	zt_uuid(a);
	zt_uuid(b);
	assert_true(zt_is_guid(zt_view_of(a)));
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_differ_each_time),
		cmocka_unit_test(more_bytes_than_the_kernel_gives_at_once_are_filled),
		cmocka_unit_test(a_number_stays_below_its_bound_and_takes_every_value),
		cmocka_unit_test(a_uuid_is_of_version_4),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
