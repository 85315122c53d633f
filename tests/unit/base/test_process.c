#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "zt_cmocka.h"

enum { LONG_MS = 10000 };

static zt_process_spec shell_spec(const char *script)
{
	static char *argv[] = { (char *)"sh", (char *)"-c", NULL, NULL };
	argv[2] = (char *)script;
	return (zt_process_spec){ .path = "sh", .argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1 };
}

static int exit_of(const zt_process_spec *spec)
{
	pid_t pid;
	int status = -1;
	assert_ok(zt_process_start(spec, &pid, NULL));
	assert_ok(zt_process_wait(pid, LONG_MS, &status));
	return status;
}

/* What the child prints; *spec gets a pipe for its standard output. */
static void assert_prints(zt_process_spec spec, const char *expected)
{
	int ends[2];
	char text[1024];
	size_t n = 0;
	pid_t pid;
	int status;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	spec.stdout_fd = ends[1];
	assert_ok(zt_process_start(&spec, &pid, NULL));
	assert_int_equal(close(ends[1]), 0);
	for (ssize_t got; (got = read(ends[0], text + n, sizeof text - 1 - n)) > 0;)
		n += (size_t)got;
	text[n] = 0;
	assert_int_equal(close(ends[0]), 0);
	assert_ok(zt_process_wait(pid, LONG_MS, &status));
	assert_string_equal(text, expected);
}

static void the_exit_status_is_given(void **state)
{
	(void)state;
	zt_process_spec spec = shell_spec("exit 7");
	assert_int_equal(exit_of(&spec), 7);
}

static void a_signal_is_128_and_its_number(void **state)
{
	(void)state;
	zt_process_spec spec = shell_spec("kill -9 $$");
	assert_int_equal(exit_of(&spec), 137);
}

static void a_program_that_is_not_there_is_named(void **state)
{
	(void)state;
	zt_process_spec spec = shell_spec("true");
	zt_error error = { 0 };
	pid_t pid = 7;
	spec.path = "zt-no-such-program";
	assert_status(zt_process_start(&spec, &pid, &error), ZT_E_NOT_FOUND);
	assert_non_null(strstr(error.text, "zt-no-such-program"));
	assert_int_equal(pid, 7);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void a_file_that_cannot_run_is_an_error_too(void **state)
{
	(void)state;
	zt_process_spec spec = shell_spec("true");
	zt_error error = { 0 };
	pid_t pid;
	spec.path = "/etc/passwd";
	assert_status(zt_process_start(&spec, &pid, &error), ZT_E_IO);
	assert_non_null(strstr(error.text, "Permission denied"));
}

static void standard_output_goes_where_it_is_told(void **state)
{
	(void)state;
	assert_prints(shell_spec("echo out; echo err >&2 2>/dev/null"), "out\n");
}

static void standard_input_is_empty_unless_given(void **state)
{
	(void)state;
	assert_prints(shell_spec("cat"), "");
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "in", 2), 2);
	assert_int_equal(close(ends[1]), 0);
	zt_process_spec spec = shell_spec("cat");
	spec.stdin_fd = ends[0];
	assert_prints(spec, "in");
	assert_int_equal(close(ends[0]), 0);
}

static void the_environment_is_the_one_given(void **state)
{
	(void)state;
	char *envp[] = { (char *)"ZT_WORD=given", (char *)"PATH=/usr/bin:/bin", NULL };
	assert_int_equal(setenv("ZT_WORD", "inherited", 1), 0);
	zt_process_spec spec = shell_spec("printf %s \"$ZT_WORD\"");
	assert_prints(spec, "inherited");
	spec.envp = envp;
	assert_prints(spec, "given");
}

static void the_folder_is_the_one_given(void **state)
{
	(void)state;
	zt_process_spec spec = shell_spec("pwd");
	spec.directory = "/usr";
	assert_prints(spec, "/usr\n");
	pid_t pid;
	spec.directory = "/nowhere";
	assert_status(zt_process_start(&spec, &pid, NULL), ZT_E_NOT_FOUND);
}

static void no_descriptor_of_ours_reaches_the_child(void **state)
{
	(void)state;
	int leaky = open("/dev/null", O_RDONLY); /* as a careless library opens it */
	assert_true(leaky > 2);
	/* "ls" itself has the folder open, as number 3. */
	assert_prints(shell_spec("ls /proc/self/fd | tr '\\n' ' '"), "0 1 2 3 ");
	assert_int_equal(close(leaky), 0);
}

static void signals_are_as_a_program_expects_them(void **state)
{
	(void)state;
	sigset_t term;
	assert_ptr_not_equal(signal(SIGPIPE, SIG_IGN), SIG_ERR);
	assert_int_equal(sigemptyset(&term), 0);
	assert_int_equal(sigaddset(&term, SIGTERM), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &term, NULL), 0);
	zt_process_spec spec = shell_spec("kill -PIPE $$; exit 1");
	assert_int_equal(exit_of(&spec), 128 + SIGPIPE);
	spec = shell_spec("kill -TERM $$; exit 1");
	assert_int_equal(exit_of(&spec), 128 + SIGTERM);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &term, NULL), 0);
}

static void a_wait_that_is_over_leaves_it_running(void **state)
{
	(void)state;
	zt_process_spec spec = shell_spec("exec sleep 60");
	pid_t pid;
	int status = 7;
	assert_ok(zt_process_start(&spec, &pid, NULL));
	assert_status(zt_process_wait(pid, 0, &status), ZT_E_TIMEOUT);
	assert_int_equal(status, 7);
	assert_int_equal(kill(pid, 0), 0);
	zt_process_stop(pid, LONG_MS);
	assert_int_equal(kill(pid, 0), -1);
}

static void one_that_does_not_listen_is_killed(void **state)
{
	(void)state;
	int ends[2];
	char byte;
	pid_t pid;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	zt_process_spec spec = shell_spec("trap '' TERM; echo; while :; do sleep 1; done");
	spec.stdout_fd = ends[1];
	assert_ok(zt_process_start(&spec, &pid, NULL));
	assert_int_equal(read(ends[0], &byte, 1), 1); /* the trap is set */
	zt_process_stop(pid, 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
	zt_process_stop(0, 0);
	zt_process_stop(-1, 0);
}

static void a_group_of_its_own_is_led(void **state)
{
	(void)state;
	zt_process_spec spec = shell_spec("exec sleep 60");
	pid_t pid;
	spec.new_group = true;
	assert_ok(zt_process_start(&spec, &pid, NULL));
	assert_int_equal(getpgid(pid), pid);
	zt_process_stop(pid, LONG_MS);
	spec.new_group = false;
	assert_ok(zt_process_start(&spec, &pid, NULL));
	assert_int_equal(getpgid(pid), getpgid(0));
	zt_process_stop(pid, LONG_MS);
}

/* Orphans become ours, so that their end can be waited for. */
static void a_child_ends_with_its_parent(void **state)
{
	(void)state;
	int ends[2];
	pid_t grandchild;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t middle = fork();
	if (middle == 0) {
		zt_process_spec spec = shell_spec("exec sleep 60");
		spec.die_with_parent = true;
		if (zt_process_start(&spec, &grandchild, NULL) != ZT_OK ||
		    write(ends[1], &grandchild, sizeof grandchild) < 0)
			_exit(1);
		_exit(0);
	}
	int status;
	assert_ok(zt_process_wait(middle, LONG_MS, &status));
	assert_int_equal(status, 0);
	assert_int_equal(read(ends[0], &grandchild, sizeof grandchild), sizeof grandchild);
	assert_ok(zt_process_wait(grandchild, LONG_MS, &status));
	assert_int_equal(status, 128 + SIGTERM);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_status_is_given),
		cmocka_unit_test(a_signal_is_128_and_its_number),
		cmocka_unit_test(a_program_that_is_not_there_is_named),
		cmocka_unit_test(a_file_that_cannot_run_is_an_error_too),
		cmocka_unit_test(standard_output_goes_where_it_is_told),
		cmocka_unit_test(standard_input_is_empty_unless_given),
		cmocka_unit_test(the_environment_is_the_one_given),
		cmocka_unit_test(the_folder_is_the_one_given),
		cmocka_unit_test(no_descriptor_of_ours_reaches_the_child),
		cmocka_unit_test(signals_are_as_a_program_expects_them),
		cmocka_unit_test(a_wait_that_is_over_leaves_it_running),
		cmocka_unit_test(one_that_does_not_listen_is_killed),
		cmocka_unit_test(a_group_of_its_own_is_led),
		cmocka_unit_test(a_child_ends_with_its_parent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
