#include <limits.h>

#include "net/awake.h"
#include "net/loop.h"
#include "zt_cmocka.h"

typedef struct {
	struct event_base *loop;
	struct event *end;
	bool works;
	unsigned done;
	unsigned asked; /* for what was done: at the start and after each turn */
} work_test;

static uint64_t done(const void *context)
{
	work_test *test = *(work_test *const *)context;
	test->asked++;
	return test->done;
}

static void on_begin(evutil_socket_t fd, short what, void *context)
{
	const struct timeval soon = { 0, 1000 };
	work_test *test = context;
	(void)fd;
	(void)what;
	test->done += test->works;
	assert_int_equal(event_add(test->end, &soon), 0);
}

static void on_end(evutil_socket_t fd, short what, void *context)
{
	const work_test *test = context;
	(void)fd;
	(void)what;
	assert_int_equal(event_base_loopexit(test->loop, NULL), 0);
}

/* A turn that works or does not, and one that is the end. */
static work_test run(bool works)
{
	work_test test = { .loop = zt_loop_new(), .works = works };
	const work_test *context = &test;
	struct event *begin = evtimer_new(test.loop, on_begin, &test);
	test.end = evtimer_new(test.loop, on_end, &test);
	assert_true(begin && test.end);
	event_active(begin, EV_TIMEOUT, 1);
	assert_ok(zt_awake_run(test.loop, done, &context));
	event_free(begin);
	event_free(test.end);
	event_base_free(test.loop);
	return test;
}

static void after_work_it_looks_again_before_it_sleeps(void **state)
{
	(void)state;
	assert_in_range(run(true).asked, 3, UINT_MAX);
	assert_int_equal(run(false).asked, 2);
}

static void in_vain_it_gives_up_but_for_a_try(void **state)
{
	unsigned tries = 0;
	(void)state;
	for (unsigned in_vain = 0; in_vain < ZT_AWAKE_IN_VAIN; in_vain++)
		assert_true(zt_awake_is_worth_it(in_vain));
	for (unsigned in_vain = ZT_AWAKE_IN_VAIN; in_vain < ZT_AWAKE_IN_VAIN + 10 * ZT_AWAKE_AGAIN; in_vain++)
		tries += zt_awake_is_worth_it(in_vain);
	assert_int_equal(tries, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_work_it_looks_again_before_it_sleeps),
		cmocka_unit_test(in_vain_it_gives_up_but_for_a_try),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
