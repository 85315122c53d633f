#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/random.h"
#include "port/linux/storage_files.h"
#include "unit/port/bench.h"
#include "zerotouch/outbox.h"

/* An outbox on files whose process is killed at any moment, again and again. Each life takes numbered messages and
 * sends what waits; it says "taken" and "sent" through a pipe, which the parent outlives it to read. Then:
 *   - what was said to be taken is sent by some life;
 *   - all is sent in order, and nothing twice but what was just being sent when a life ended. */

enum { SLOTS = 16, LIFE_US_MAX = 20000, ROUNDS = 40, NUMBERS_MAX = 1000000 };

typedef struct {
	char what; /* 't': taken, 's': about to be sent (said before it is settled) */
	uint32_t number;
} saying;

static int pipe_fds[2];
static bool taken[NUMBERS_MAX], sent[NUMBERS_MAX];

static void say(char what, uint32_t number)
{
	const saying s = { what, number };
	if (write(pipe_fds[1], &s, sizeof s) != (ssize_t)sizeof s)
		_exit(2);
}

static bool put(zt_outbox *outbox, uint32_t number)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%u", number);
	const zt_message message = { ZT_LIT("t"), zt_view_make(text, (size_t)n), 1, false };
	zt_status status = zt_outbox_put(outbox, &message, NULL);
	if (status != ZT_OK && status != ZT_E_SPACE)
		_exit(3);
	if (status == ZT_OK)
		say('t', number);
	return status == ZT_OK;
}

static void send_one(const zt_source *source)
{
	zt_message message;
	uint64_t number;
	if (!source->peek(source->context, &message))
		return;
	if (!zt_view_to_u64(message.payload, &number))
		_exit(4);
	say('s', (uint32_t)number);
	source->settled(source->context, true);
}

static void live(uint32_t number)
{
	static uint8_t memory[512];
	zt_storage_files files;
	zt_outbox outbox;
	if (zt_storage_files_open(&files, bench_path("tortured"), NULL) != ZT_OK)
		_exit(5);
	const zt_storage storage = zt_storage_from_files(&files, SLOTS);
	if (zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, memory, sizeof memory) != ZT_OK || outbox.damaged)
		_exit(6);
	const zt_source source = zt_outbox_source(&outbox);
	for (;;) {
		if (zt_random_below(2) == 0 && put(&outbox, number))
			number++;
		else
			send_one(&source);
	}
}

/* Reads what a life has said; returns the number of the next message that may be taken. */
static uint32_t listen_to(uint32_t next, int64_t *last_sent)
{
	int64_t in_this_life = -1;
	saying s;
	while (read(pipe_fds[0], &s, sizeof s) == (ssize_t)sizeof s) {
		assert_true(s.number < NUMBERS_MAX);
		if (s.what == 't') {
			taken[s.number] = true;
			next = s.number + 1;
			continue;
		}
		/* Only what a life was just sending may come again in the next. */
		assert_true(in_this_life < 0 ? s.number >= *last_sent : s.number > in_this_life);
		sent[s.number] = true;
		in_this_life = s.number;
		*last_sent = s.number;
	}
	assert_int_equal(errno, EAGAIN);
	return next;
}

static void kill_after_a_while(pid_t child)
{
	int status;
	(void)usleep((useconds_t)zt_random_below(LIFE_US_MAX));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* The last life sends what is left. */
static void send_the_rest(int64_t last_sent)
{
	static uint8_t memory[512];
	zt_storage_files files;
	zt_outbox outbox;
	assert_ok(zt_storage_files_open(&files, bench_path("tortured"), NULL));
	const zt_storage storage = zt_storage_from_files(&files, SLOTS);
	assert_ok(zt_outbox_init(&outbox, &storage, ZT_OUTBOX_KEEP_OLDEST, memory, sizeof memory));
	assert_int_equal(outbox.damaged, 0);
	const zt_source source = zt_outbox_source(&outbox);
	while (zt_outbox_count(&outbox))
		send_one(&source);
	(void)listen_to(0, &last_sent);
	zt_storage_files_close(&files);
}

static void nothing_that_was_taken_is_lost_and_all_is_in_order(void **state)
{
	(void)state;
	const char *rounds = getenv("ZT_TORTURE_ROUNDS");
	uint64_t wanted = ROUNDS;
	uint32_t next = 0;
	int64_t last_sent = -1;
	if (rounds)
		assert_true(zt_view_to_u64(zt_view_of(rounds), &wanted));
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK), 0);
	for (uint64_t round = 0; round < wanted; round++) {
		pid_t child = fork();
		assert_true(child >= 0);
		/* A number that was taken without being said so is not given to another message. */
		if (child == 0)
			live(next + 1);
		kill_after_a_while(child);
		next = listen_to(next + 1, &last_sent);
	}
	send_the_rest(last_sent);
	for (uint32_t number = 0; number < next; number++)
		if (taken[number] && !sent[number])
			fail_msg("message %u was taken and never sent", number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_that_was_taken_is_lost_and_all_is_in_order),
	};
	return cmocka_run_group_tests(tests, bench_begin, bench_end);
}
