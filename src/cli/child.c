#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/process.h"
#include "base/timefmt.h"

enum { STOP_GRACE_MS = 5000 };

zt_status zt_sibling(const char *name, zt_str *ret_path)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self);
	ENSURE(n > 0 && (size_t)n < sizeof self, ZT_E_IO);
	zt_view folder = zt_view_make(self, (size_t)n);
	while (folder.n && folder.p[folder.n - 1] != '/')
		folder.n--;
	TRY(zt_str_put(ret_path, folder));
	return zt_str_put_text(ret_path, name);
}

static zt_status program_path(const char *name, zt_str *ret_path)
{
	return strchr(name, '/') ? zt_str_put_text(ret_path, name) : zt_sibling(name, ret_path);
}

static zt_status start(zt_child *child, const char *path, const char *const *argv, int log_fd, zt_error *ret_error)
{
	char *words[ZT_CHILD_ARGS_MAX + 1] = { NULL };
	int out[2];
	size_t count = 0;
	for (; argv[count]; count++) {
		ENSURE(count < ZT_CHILD_ARGS_MAX, ZT_E_LIMIT);
		words[count] = (char *)(uintptr_t)argv[count];
	}
	if (pipe2(out, O_CLOEXEC) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot start %s", argv[0]);
	const zt_process_spec spec = { .path = path,
				       .argv = words,
				       .stdin_fd = -1,
				       .stdout_fd = out[1],
				       .stderr_fd = log_fd,
				       .die_with_parent = true,
				       .new_group = true };
	zt_status status = zt_process_start(&spec, &child->pid, ret_error);
	(void)close(out[1]);
	if (status != ZT_OK) {
		(void)close(out[0]);
		return status;
	}
	child->out_fd = out[0];
	return ZT_OK;
}

zt_status zt_child_start(zt_child *child, const char *const *argv, const char *log, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str path = ZT_STR(4096);
	TRY(program_path(argv[0], &path));
	int log_fd = log ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (log && log_fd < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot open %s", log);
	zt_status status = start(child, zt_str_text(&path), argv, log_fd, ret_error);
	if (log_fd >= 0)
		(void)close(log_fd);
	return status;
}

/* One read. ZT_E_CLOSED at the end of the output. */
static zt_status read_more(zt_child *child, int timeout_ms)
{
	uint8_t chunk[4096];
	ENSURE(child->out_fd >= 0, ZT_E_CLOSED);
	struct pollfd ready = { .fd = child->out_fd, .events = POLLIN };
	int count = poll(&ready, 1, timeout_ms);
	ENSURE(count != 0, ZT_E_TIMEOUT);
	if (count < 0)
		return errno == EINTR ? ZT_OK : ZT_E_IO;
	ssize_t n = read(child->out_fd, chunk, sizeof chunk);
	if (n > 0)
		return zt_str_put(&child->out, zt_view_make(chunk, (size_t)n));
	(void)close(child->out_fd);
	child->out_fd = -1;
	return ZT_E_CLOSED;
}

static void drop_front(zt_str *s, size_t n)
{
	memmove(s->p, s->p + n, s->n - n);
	s->n -= n;
}

zt_status zt_child_line(zt_child *child, int timeout_ms, zt_str *ret_line)
{
	const int64_t deadline = zt_time_mono_ms() + timeout_ms;
	for (;;) {
		zt_view seen = zt_str_view(&child->out);
		size_t end = zt_view_find(seen, '\n');
		if (end < seen.n) {
			TRY(zt_str_put(ret_line, zt_view_make(seen.p, end)));
			drop_front(&child->out, end + 1);
			return ZT_OK;
		}
		int64_t left = deadline - zt_time_mono_ms();
		TRY(read_more(child, left > 0 ? (int)left : 0));
	}
}

zt_status zt_child_finish(zt_child *child, int timeout_ms, zt_str *ret_out, int *ret_exit)
{
	const int64_t deadline = zt_time_mono_ms() + timeout_ms;
	zt_status status = ZT_OK;
	while (status == ZT_OK) {
		int64_t left = deadline - zt_time_mono_ms();
		status = read_more(child, left > 0 ? (int)left : 0);
	}
	ENSURE(status == ZT_E_CLOSED, status);
	int64_t left = deadline - zt_time_mono_ms();
	TRY(zt_process_wait(child->pid, left > 0 ? (int)left : 0, ret_exit));
	child->pid = 0;
	if (ret_out)
		TRY(zt_str_put(ret_out, zt_str_view(&child->out)));
	zt_str_clear(&child->out);
	return ZT_OK;
}

void zt_child_stop(zt_child *child)
{
	zt_process_stop(child->pid, STOP_GRACE_MS);
	if (child->out_fd >= 0)
		(void)close(child->out_fd);
	zt_str_free(&child->out);
	*child = ZT_CHILD_NONE;
}

bool zt_child_runs(zt_child *child, int *ret_exit)
{
	if (child->pid <= 0)
		return false;
	if (zt_process_wait(child->pid, 0, ret_exit) == ZT_E_TIMEOUT)
		return true;
	child->pid = 0;
	return false;
}
