/* A process that is killed in the middle of a stream of commits loses nothing that it was told is durable. */
#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 4, ACKNOWLEDGED_BEFORE_KILL = 60, IN_FLIGHT = 16 };

typedef struct {
	store_fixture *f;
	int acknowledged_fd;
	uint32_t next, acknowledged;
} stream;

static void on_done(void *context, zt_status status);

static void submit_next(stream *s)
{
	char key[16];
	(void)snprintf(key, sizeof key, "%010u", s->next++);
	fixture_submit(s->f, key, key, on_done, s);
}

static void on_done(void *context, zt_status status)
{
	stream *s = context;
	if (status != ZT_OK || write(s->acknowledged_fd, &s->acknowledged, sizeof s->acknowledged) < 0)
		_exit(1);
	s->acknowledged++;
	submit_next(s);
}

static void write_until_killed(store_fixture *f, int acknowledged_fd, uint32_t first)
{
	stream s = { f, acknowledged_fd, first, first };
	f->loop = event_base_new();
	fixture_open(f);
	for (size_t i = 0; i < IN_FLIGHT; i++)
		submit_next(&s);
	(void)event_base_dispatch(f->loop);
	_exit(1);
}

/* The last number that was acknowledged before the child died. */
static uint32_t run_and_kill(store_fixture *f, uint32_t first)
{
	int fds[2];
	uint32_t number, last = 0;
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0)
		write_until_killed(f, fds[1], first);
	(void)close(fds[1]);
	for (size_t i = 0; i < ACKNOWLEDGED_BEFORE_KILL; i++)
		assert_int_equal(read(fds[0], &last, sizeof last), sizeof last);
	assert_int_equal(kill(child, SIGKILL), 0);
	while (read(fds[0], &number, sizeof number) == sizeof number)
		last = number;
	assert_int_equal(waitpid(child, NULL, 0), child);
	(void)close(fds[0]);
	return last;
}

static zt_status check_sequence(void *context, const zt_record *record)
{
	uint32_t *expected = context;
	char key[16];
	(void)snprintf(key, sizeof key, "%010u", (*expected)++);
	assert_view(record->key, key);
	assert_view(record->value, key);
	return ZT_OK;
}

static void nothing_acknowledged_is_lost_by_a_kill(void **state)
{
	store_fixture *f = *state;
	uint32_t stored = 0;
	for (int round = 0; round < ROUNDS; round++) {
		fixture_close(f);
		uint32_t last = run_and_kill(f, stored);
		fixture_open(f);
		stored = 0;
		assert_ok(zt_store_load(f->store, check_sequence, &stored, NULL));
		assert_in_range(stored, last + 1, last + 1 + 2 * IN_FLIGHT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_acknowledged_is_lost_by_a_kill, fixture_set_up,
						fixture_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
