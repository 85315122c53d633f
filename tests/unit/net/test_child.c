#include <signal.h>
#include <unistd.h>

#include "base/str.h"
#include "net/child.h"
#include "net/loop.h"
#include "zt_cmocka.h"

typedef struct {
	struct event_base *loop;
	zt_str lines;
	unsigned line_count;
	int exit_status;
	bool stop_at_first_line;
} seen;

static void on_line(void *context, zt_view line)
{
	seen *s = context;
	assert_ok(zt_str_put(&s->lines, line));
	assert_ok(zt_str_put_u8(&s->lines, '|'));
	s->line_count++;
	if (s->stop_at_first_line)
		assert_int_equal(event_base_loopbreak(s->loop), 0);
}

static void on_ended(void *context, int exit_status)
{
	seen *s = context;
	s->exit_status = exit_status;
	assert_int_equal(event_base_loopbreak(s->loop), 0);
}

static zt_child *start(seen *s, const char *script)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)script, NULL };
	const zt_child_spec spec = {
		.process = { .path = "sh", .argv = argv, .stdin_fd = -1, .new_group = true, .die_with_parent = true },
		.line = on_line,
		.ended = on_ended,
		.context = s,
	};
	zt_child *child;
	zt_error error;
	*s = (seen){ .loop = zt_loop_new(), .lines = ZT_STR(65536), .exit_status = -1 };
	assert_ok(zt_child_start(s->loop, &spec, &child, &error));
	return child;
}

static void finish(seen *s, zt_child *child)
{
	zt_child_free(child, 1000);
	zt_str_free(&s->lines);
	event_base_free(s->loop);
}

static void lines_of_both_streams_come_before_the_end(void **state)
{
	seen s;
	(void)state;
	zt_child *child = start(&s, "echo one; echo two >&2; printf last; exit 3");
	assert_int_equal(event_base_dispatch(s.loop), 0);
	assert_int_equal(s.exit_status, 3);
	/* The unfinished line comes with the end of the stream. */
	while (s.line_count < 3)
		assert_int_equal(event_base_loop(s.loop, EVLOOP_ONCE), 0);
	assert_string_equal(zt_str_text(&s.lines), "one|two|last|");
	finish(&s, child);
}

static void long_line_comes_in_pieces(void **state)
{
	seen s;
	(void)state;
	zt_child *child = start(&s, "head -c 10000 /dev/zero | tr '\\0' a; echo; echo end");
	while (s.exit_status < 0 || s.line_count < 4)
		assert_int_equal(event_base_loop(s.loop, EVLOOP_ONCE), 0);
	assert_int_equal(s.line_count, 4);
	assert_int_equal(s.lines.n, 10000 + 3 + 4);
	assert_int_equal(s.lines.p[ZT_CHILD_LINE_MAX], '|');
	assert_true(zt_view_ends(zt_str_view(&s.lines), ZT_LIT("|end|")));
	finish(&s, child);
}

static void death_by_a_signal_is_told(void **state)
{
	seen s;
	(void)state;
	zt_child *child = start(&s, "exec sleep 100");
	zt_child_signal(child, SIGKILL);
	assert_int_equal(event_base_dispatch(s.loop), 0);
	assert_int_equal(s.exit_status, 128 + SIGKILL);
	finish(&s, child);
}

static pid_t grandchild_of(seen *s)
{
	uint64_t pid = 0;
	s->stop_at_first_line = true;
	assert_int_equal(event_base_dispatch(s->loop), 0);
	s->stop_at_first_line = false;
	assert_true(zt_view_to_u64(zt_view_make(s->lines.p, s->lines.n - 1), &pid));
	return (pid_t)pid;
}

/* Gone, or a zombie that only waits for init. */
static bool is_running(pid_t pid)
{
	char path[64], text[256] = { 0 };
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (!file)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	return n && strstr(text, ") Z ") == NULL && strstr(text, ") X ") == NULL;
}

static void free_ends_a_group_that_ignores_sigterm(void **state)
{
	seen s;
	(void)state;
	zt_child *child = start(&s, "trap '' TERM; sleep 100 & echo $!; wait");
	pid_t grandchild = grandchild_of(&s);
	assert_true(is_running(grandchild));
	zt_child_free(child, 20);
	while (is_running(grandchild))
		(void)usleep(1000);
	finish(&s, NULL);
}

static void end_of_the_leader_ends_its_group(void **state)
{
	seen s;
	(void)state;
	zt_child *child = start(&s, "sleep 100 & echo $!");
	pid_t grandchild = grandchild_of(&s);
	while (s.exit_status < 0)
		assert_int_equal(event_base_loop(s.loop, EVLOOP_ONCE), 0);
	while (is_running(grandchild))
		(void)usleep(1000);
	finish(&s, child);
}

static void limits_hold_in_the_child(void **state)
{
	char *argv[] = { "sh", "-c", "ulimit -n; ulimit -c", NULL };
	seen s = { .loop = zt_loop_new(), .lines = ZT_STR(256), .exit_status = -1 };
	const zt_child_spec spec = {
		.process = { .path = "sh", .argv = argv, .stdin_fd = -1, .open_files_max = 77, .no_core = true },
		.line = on_line,
		.ended = on_ended,
		.context = &s,
	};
	zt_child *child;
	zt_error error;
	(void)state;
	assert_ok(zt_child_start(s.loop, &spec, &child, &error));
	assert_int_equal(event_base_dispatch(s.loop), 0);
	assert_string_equal(zt_str_text(&s.lines), "77|0|");
	finish(&s, child);
}

static void drain_delivers_what_was_said_before(void **state)
{
	seen s;
	(void)state;
	zt_child *child = start(&s, "echo said; kill -STOP $$");
	/* Its end of the pipe says nothing by itself here: the loop does not run. */
	while (s.line_count == 0)
		zt_child_drain(child);
	assert_string_equal(zt_str_text(&s.lines), "said|");
	zt_child_signal(child, SIGKILL);
	finish(&s, child);
}

static void missing_program_is_not_found(void **state)
{
	char *argv[] = { "zt-no-such-program", NULL };
	const zt_child_spec spec = { .process = { .path = argv[0], .argv = argv, .stdin_fd = -1 }, .line = on_line };
	struct event_base *loop = zt_loop_new();
	zt_child *child;
	zt_error error;
	(void)state;
	assert_status(zt_child_start(loop, &spec, &child, &error), ZT_E_NOT_FOUND);
	assert_non_null(strstr(error.text, "zt-no-such-program"));
	event_base_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_both_streams_come_before_the_end),
		cmocka_unit_test(long_line_comes_in_pieces),
		cmocka_unit_test(death_by_a_signal_is_told),
		cmocka_unit_test(free_ends_a_group_that_ignores_sigterm),
		cmocka_unit_test(end_of_the_leader_ends_its_group),
		cmocka_unit_test(limits_hold_in_the_child),
		cmocka_unit_test(drain_delivers_what_was_said_before),
		cmocka_unit_test(missing_program_is_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
