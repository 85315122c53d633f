#include "net/child.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct zt_child {
	zt_child_spec spec;
	pid_t pid;
	bool ended;
	int pid_fd;
	struct event *end;
	struct bufferevent *output;
};

static void deliver(zt_child *child, zt_view line)
{
	child->spec.line(child->spec.context, line);
}

/* Whole lines, and at the limit or the end of the stream what there is. */
static void take_lines(zt_child *child, bool all)
{
	struct evbuffer *in = bufferevent_get_input(child->output);
	for (size_t n; (n = evbuffer_get_length(in)) > 0;) {
		size_t eol_n;
		struct evbuffer_ptr eol = evbuffer_search_eol(in, NULL, &eol_n, EVBUFFER_EOL_LF);
		if (eol.pos < 0 && n < ZT_CHILD_LINE_MAX && !all)
			return;
		size_t line_n = eol.pos < 0 ? n : (size_t)eol.pos;
		if (line_n > ZT_CHILD_LINE_MAX) {
			line_n = ZT_CHILD_LINE_MAX;
			eol.pos = -1;
		}
		deliver(child, zt_view_make(line_n ? evbuffer_pullup(in, (ev_ssize_t)line_n) : NULL, line_n));
		(void)evbuffer_drain(in, line_n + (eol.pos < 0 ? 0 : eol_n));
	}
}

static void on_output(struct bufferevent *output, void *context)
{
	(void)output;
	take_lines(context, false);
}

static void on_output_end(struct bufferevent *output, short what, void *context)
{
	(void)what;
	(void)bufferevent_disable(output, EV_READ);
	take_lines(context, true);
}

void zt_child_drain(zt_child *child)
{
	if (!child->output)
		return;
	struct evbuffer *in = bufferevent_get_input(child->output);
	/* Outside of its own reading a bufferevent keeps its input shut. */
	(void)evbuffer_unfreeze(in, 0);
	while (evbuffer_read(in, bufferevent_getfd(child->output), ZT_CHILD_LINE_MAX) > 0)
		take_lines(child, false);
	(void)evbuffer_freeze(in, 0);
}

/* It has ended but is not reaped: until then nobody else can have the group's number. */
static void end_group(const zt_child *child)
{
	if (child->spec.process.new_group)
		(void)kill(-child->pid, SIGKILL);
}

static void on_end(evutil_socket_t fd, short what, void *context)
{
	zt_child *child = context;
	int exit_status;
	(void)fd;
	(void)what;
	end_group(child);
	if (zt_process_wait(child->pid, 0, &exit_status) != ZT_OK)
		return;
	child->ended = true;
	(void)event_del(child->end);
	/* The child's last words are about its end. */
	zt_child_drain(child);
	child->spec.ended(child->spec.context, exit_status);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static zt_status watch_output(struct event_base *loop, zt_child *child, int *fd)
{
	ENSURE(evutil_make_socket_nonblocking(*fd) == 0, ZT_E_IO);
	child->output = bufferevent_socket_new(loop, *fd, BEV_OPT_CLOSE_ON_FREE);
	ENSURE(child->output, ZT_E_NOMEM);
	*fd = -1;
	bufferevent_setcb(child->output, on_output, NULL, on_output_end, child);
	bufferevent_setwatermark(child->output, EV_READ, 0, 4 * (size_t)ZT_CHILD_LINE_MAX);
	return bufferevent_enable(child->output, EV_READ) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status watch_end(struct event_base *loop, zt_child *child)
{
	child->pid_fd = (int)syscall(SYS_pidfd_open, child->pid, 0u);
	ENSURE(child->pid_fd >= 0, ZT_E_IO);
	child->end = event_new(loop, child->pid_fd, EV_READ | EV_PERSIST, on_end, child);
	return child->end && event_add(child->end, NULL) == 0 ? ZT_OK : ZT_E_NOMEM;
}

static zt_status launch(struct event_base *loop, zt_child *child, zt_error *ret_error)
{
	int pipe_fds[2] = { -1, -1 };
	if (child->spec.line && pipe2(pipe_fds, O_CLOEXEC) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot make a pipe");
	ZT_CLEANUP(close_fd) int read_fd = pipe_fds[0];
	ZT_CLEANUP(close_fd) int write_fd = pipe_fds[1];
	if (child->spec.line)
		child->spec.process.stdout_fd = child->spec.process.stderr_fd = write_fd;
	TRY(zt_process_start(&child->spec.process, &child->pid, ret_error));
	zt_status status = child->spec.line ? watch_output(loop, child, &read_fd) : ZT_OK;
	if (status == ZT_OK)
		status = watch_end(loop, child);
	return status == ZT_OK ? ZT_OK : zt_error_set(ret_error, status, "cannot watch %s", child->spec.process.path);
}

zt_status zt_child_start(struct event_base *loop, const zt_child_spec *spec, zt_child **ret, zt_error *ret_error)
{
	zt_child *child = calloc(1, sizeof *child);
	if (!child)
		return zt_error_set(ret_error, ZT_E_NOMEM, "cannot start %s", spec->process.path);
	child->spec = *spec;
	child->pid_fd = -1;
	zt_status status = launch(loop, child, ret_error);
	/* The caller's strings are his again. */
	child->spec.process = (zt_process_spec){ .new_group = spec->process.new_group };
	if (status != ZT_OK) {
		zt_child_free(child, 0);
		return status;
	}
	*ret = child;
	return ZT_OK;
}

pid_t zt_child_pid(const zt_child *child)
{
	return child->pid;
}

void zt_child_signal(zt_child *child, int signal_number)
{
	if (!child->ended)
		(void)kill(child->spec.process.new_group ? -child->pid : child->pid, signal_number);
}

/* Whether it ends in time; it is not reaped. */
static bool ends_within(const zt_child *child, int limit_ms)
{
	struct pollfd end = { .fd = child->pid_fd, .events = POLLIN };
	int ready;
	do
		ready = child->pid_fd >= 0 ? poll(&end, 1, limit_ms) : 0;
	while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static void stop(zt_child *child, int grace_ms)
{
	int exit_status;
	zt_child_signal(child, SIGTERM);
	if (!ends_within(child, grace_ms))
		zt_child_signal(child, SIGKILL);
	(void)ends_within(child, -1);
	end_group(child);
	child->ended = zt_process_wait(child->pid, -1, &exit_status) == ZT_OK;
}

void zt_child_free(zt_child *child, int grace_ms)
{
	if (!child)
		return;
	if (child->pid > 0 && !child->ended)
		stop(child, grace_ms);
	if (child->end)
		event_free(child->end);
	if (child->pid_fd >= 0)
		(void)close(child->pid_fd);
	if (child->output)
		bufferevent_free(child->output);
	free(child);
}
