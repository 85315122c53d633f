#include "base/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "base/process.h"
#include "base/secret.h"
#include "base/timefmt.h"

enum { STOP_GRACE_MS = 2000, CHUNK = 4096 };

static int left_of(int64_t deadline_ms)
{
	int64_t left = deadline_ms - zt_time_mono_ms();
	return left > 0 ? (int)left : 0;
}

static zt_status start(const char *const *argv, zt_capture_what what, pid_t *ret_pid, int *ret_fd, zt_error *ret_error)
{
	char *words[ZT_CAPTURE_ARGS_MAX + 1] = { NULL };
	int out[2];
	for (size_t i = 0; argv[i]; i++) {
		ENSURE(i < ZT_CAPTURE_ARGS_MAX, ZT_E_LIMIT);
		words[i] = (char *)(uintptr_t)argv[i];
	}
	if (pipe2(out, O_CLOEXEC) != 0)
		return zt_error_errno(ret_error, ZT_E_UNAVAILABLE, "cannot start %s", argv[0]);
	const zt_process_spec spec = { .path = argv[0],
				       .argv = words,
				       .stdin_fd = -1,
				       .stdout_fd = out[1],
				       .stderr_fd = what == ZT_CAPTURE_BOTH ? out[1] : -1,
				       .die_with_parent = true };
	zt_status status = zt_process_start(&spec, ret_pid, ret_error);
	(void)close(out[1]);
	if (status != ZT_OK)
		(void)close(out[0]);
	else
		*ret_fd = out[0];
	return status;
}

/* Until the program closes its output. */
static zt_status read_all(int fd, int64_t deadline_ms, zt_str *out)
{
	uint8_t chunk[CHUNK];
	zt_status status = ZT_OK;
	for (ssize_t n = 1; n > 0 && status == ZT_OK;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int count = poll(&ready, 1, left_of(deadline_ms));
		if (count < 0 && errno == EINTR)
			continue;
		n = count <= 0 ? -1 : read(fd, chunk, sizeof chunk);
		status = count == 0 ? ZT_E_TIMEOUT : n < 0 ? ZT_E_IO : zt_str_put(out, zt_view_make(chunk, (size_t)n));
	}
	zt_wipe(chunk, sizeof chunk);
	return status;
}

zt_status zt_capture(const char *const *argv, zt_capture_what what, int timeout_ms, zt_str *ret_out, int *ret_exit,
		     zt_error *ret_error)
{
	const int64_t deadline_ms = zt_time_mono_ms() + timeout_ms;
	int fd = -1;
	pid_t pid = 0;
	TRY(start(argv, what, &pid, &fd, ret_error));
	zt_status status = read_all(fd, deadline_ms, ret_out);
	(void)close(fd);
	if (status == ZT_OK)
		status = zt_process_wait(pid, left_of(deadline_ms), ret_exit);
	if (status == ZT_OK)
		return ZT_OK;
	zt_process_stop(pid, STOP_GRACE_MS);
	if (status == ZT_E_TIMEOUT)
		return zt_error_set(ret_error, status, "%s did not end within %d s", argv[0], timeout_ms / 1000);
	if (status == ZT_E_LIMIT)
		return zt_error_set(ret_error, status, "%s prints more than %zu bytes", argv[0], ret_out->max);
	return zt_error_set(ret_error, status, "%s: its output cannot be read", argv[0]);
}
