#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "net/loop.h"
#include "zt_cmocka.h"

enum { POSTS = 1000 };

typedef struct {
	struct event_base *loop;
	zt_mailbox *mailbox;
	pthread_t home;
	unsigned seen;
} mail_test;

typedef struct {
	mail_test *test;
	unsigned number;
} letter;

static void receive(void *argument)
{
	letter *mail = argument;
	assert_true(pthread_equal(pthread_self(), mail->test->home));
	assert_int_equal(mail->number, mail->test->seen);
	if (++mail->test->seen == POSTS)
		assert_int_equal(event_base_loopbreak(mail->test->loop), 0);
}

static void *post_all(void *argument)
{
	letter *letters = argument;
	for (unsigned i = 0; i < POSTS; i++)
		if (zt_mailbox_post(letters[i].test->mailbox, receive, &letters[i]) != ZT_OK)
			return argument;
	return NULL;
}

static void mail_runs_on_the_loop_in_the_order_of_posting(void **state)
{
	mail_test test = { .loop = zt_loop_new(), .home = pthread_self() };
	static letter letters[POSTS];
	zt_error error;
	pthread_t poster;
	void *failed;
	(void)state;
	assert_ok(zt_mailbox_new(test.loop, &test.mailbox, &error));
	for (unsigned i = 0; i < POSTS; i++)
		letters[i] = (letter){ &test, i };
	assert_int_equal(pthread_create(&poster, NULL, post_all, letters), 0);
	assert_int_equal(event_base_dispatch(test.loop), 0);
	assert_int_equal(pthread_join(poster, &failed), 0);
	assert_null(failed);
	assert_int_equal(test.seen, POSTS);
	zt_mailbox_free(test.mailbox);
	event_base_free(test.loop);
}

static void free_delivers_what_waits(void **state)
{
	mail_test test = { .loop = zt_loop_new(), .home = pthread_self() };
	letter mail = { &test, 0 };
	zt_error error;
	(void)state;
	assert_ok(zt_mailbox_new(test.loop, &test.mailbox, &error));
	assert_ok(zt_mailbox_post(test.mailbox, receive, &mail));
	zt_mailbox_free(test.mailbox);
	assert_int_equal(test.seen, 1);
	event_base_free(test.loop);
}

static void sigterm_ends_the_loop(void **state)
{
	struct event_base *loop = zt_loop_new();
	zt_error error;
	(void)state;
	assert_ok(zt_loop_end_on_signals(loop, &error));
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(event_base_dispatch(loop), 0);
	assert_true(event_base_got_exit(loop));
	event_base_free(loop);
}

static void second_sigterm_ends_the_process(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		struct event_base *loop = zt_loop_new();
		zt_error error;
		if (zt_loop_end_on_signals(loop, &error) != ZT_OK || raise(SIGTERM) != 0 ||
		    event_base_dispatch(loop) != 0)
			_exit(1);
		(void)raise(SIGTERM);
		_exit(2);
	}
	int ended;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFSIGNALED(ended));
	assert_int_equal(WTERMSIG(ended), SIGTERM);
}

static void readiness_reaches_the_supervisor(void **state)
{
	char folder[] = "/tmp/zt-notify-XXXXXX", got[64];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	zt_error error;
	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/n", folder);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", at.sun_path, 1), 0);
	zt_notify("READY=1");
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
	zt_notify("STOPPING=1");
	ssize_t n = recv(fd, got, sizeof got, MSG_DONTWAIT);
	assert_int_equal(n, 7);
	assert_memory_equal(got, "READY=1", 7);
	assert_int_equal(recv(fd, got, sizeof got, MSG_DONTWAIT), -1);
	(void)close(fd);
	assert_ok(zt_path_remove(folder, &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_runs_on_the_loop_in_the_order_of_posting),
		cmocka_unit_test(free_delivers_what_waits),
		cmocka_unit_test(sigterm_ends_the_loop),
		cmocka_unit_test(second_sigterm_ends_the_process),
		cmocka_unit_test(readiness_reaches_the_supervisor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
