/* Keys made beside the loop. */
#include "zt_cmocka.h"

#include "cloud/api/keymaker.h"
#include "net/loop.h"

typedef struct {
	struct event_base *loop;
	zt_keymaker *maker;
	unsigned made, unavailable, wanted;
} fixture;

static void count(void *context, zt_status status, zt_key *key)
{
	fixture *f = context;
	f->made += status == ZT_OK;
	f->unavailable += status == ZT_E_UNAVAILABLE;
	assert_true((status == ZT_OK) == (key != NULL));
	zt_key_free(key);
	if (f->made == f->wanted)
		(void)event_base_loopbreak(f->loop);
}

static int open_fixture(void **state)
{
	static fixture f;
	f = (fixture){ .loop = zt_loop_new() };
	assert_non_null(f.loop);
	assert_ok(zt_keymaker_new(f.loop, &f.maker, NULL));
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	fixture *f = *state;
	zt_keymaker_free(f->maker);
	event_base_free(f->loop);
	return 0;
}

static void every_key_that_is_asked_for_comes(void **state)
{
	fixture *f = *state;
	f->wanted = 2;
	for (unsigned i = 0; i < f->wanted; i++)
		assert_ok(zt_keymaker_make(f->maker, count, f, NULL));
	assert_int_equal(f->made, 0);
	assert_true(event_base_loop(f->loop, EVLOOP_NO_EXIT_ON_EMPTY) >= 0);
	assert_int_equal(f->made, 2);
}

static void whoever_waits_at_the_end_is_told(void **state)
{
	fixture *f = *state;
	f->wanted = UINT32_MAX;
	for (unsigned i = 0; i < 4; i++)
		assert_ok(zt_keymaker_make(f->maker, count, f, NULL));
	zt_keymaker_free(f->maker);
	f->maker = NULL;
	assert_int_equal(f->made + f->unavailable, 4);
	assert_true(f->unavailable >= 2);
}

static void a_full_queue_asks_to_slow_down(void **state)
{
	fixture *f = *state;
	zt_error error = { 0 };
	zt_status status = ZT_OK;
	f->wanted = UINT32_MAX;
	for (unsigned i = 0; i < ZT_KEYS_WAITING_MAX + 8 && status == ZT_OK; i++)
		status = zt_keymaker_make(f->maker, count, f, &error);
	assert_int_equal(status, ZT_E_THROTTLED);
	assert_string_equal(error.code, "ThrottlingException");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_key_that_is_asked_for_comes, open_fixture, close_fixture),
		cmocka_unit_test_setup_teardown(whoever_waits_at_the_end_is_told, open_fixture, close_fixture),
		cmocka_unit_test_setup_teardown(a_full_queue_asks_to_slow_down, open_fixture, close_fixture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
