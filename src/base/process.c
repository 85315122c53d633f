#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Moves `fd` to `target` without close-on-exec; the same number needs its flag cleared by hand. */
static bool place_fd(int fd, int target)
{
	if (fd == target)
		return fcntl(fd, F_SETFD, 0) == 0;
	return dup2(fd, target) >= 0;
}

static bool arrange_fds(const zt_process_spec *spec)
{
	int null_fd = spec->stdin_fd < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : spec->stdin_fd;
	return null_fd >= 0 && place_fd(null_fd, STDIN_FILENO) &&
	       (spec->stdout_fd < 0 || place_fd(spec->stdout_fd, STDOUT_FILENO)) &&
	       (spec->stderr_fd < 0 || place_fd(spec->stderr_fd, STDERR_FILENO));
}

static bool set_limits(const zt_process_spec *spec)
{
	const struct rlimit none = { 0, 0 }, files = { spec->open_files_max, spec->open_files_max },
			    bytes = { spec->file_bytes_max, spec->file_bytes_max };
	return (!spec->no_core || setrlimit(RLIMIT_CORE, &none) == 0) &&
	       (!spec->open_files_max || setrlimit(RLIMIT_NOFILE, &files) == 0) &&
	       (!spec->file_bytes_max || (signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &bytes) == 0));
}

/* In the child, up to exec; only async-signal-safe calls. Returns on failure with errno set. */
static void become(const zt_process_spec *spec, pid_t parent)
{
	if (spec->die_with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent))
		return;
	if (spec->new_group && setpgid(0, 0) != 0)
		return;
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (!set_limits(spec) || !arrange_fds(spec) || (spec->directory && chdir(spec->directory) != 0))
		return;
	/* Everything of ours is close-on-exec; libraries' descriptors may not be. */
	(void)syscall(SYS_close_range, 3u, ~0u, 1u << 2 /* CLOSE_RANGE_CLOEXEC */);
	/* The search in PATH would hand what is no program to a shell. */
	if (strchr(spec->path, '/'))
		(void)execve(spec->path, spec->argv, spec->envp ? spec->envp : environ);
	else if (spec->envp)
		(void)execvpe(spec->path, spec->argv, spec->envp);
	else
		(void)execvp(spec->path, spec->argv);
}

zt_status zt_process_start(const zt_process_spec *spec, pid_t *ret_pid, zt_error *ret_error)
{
	int report[2];
	if (pipe2(report, O_CLOEXEC) != 0)
		return zt_error_errno(ret_error, ZT_E_UNAVAILABLE, "cannot start %s", spec->path);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		become(spec, parent);
		int cause = errno;
		if (write(report[1], &cause, sizeof cause) < 0)
			_exit(126);
		_exit(127);
	}
	(void)close(report[1]);
	int cause = pid < 0 ? errno : 0;
	/* The pipe closes at exec: an int in it is the child's errno. */
	if (pid > 0 && read(report[0], &cause, sizeof cause) != sizeof cause)
		cause = 0;
	(void)close(report[0]);
	if (cause == 0) {
		*ret_pid = pid;
		return ZT_OK;
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	errno = cause;
	zt_status status = pid < 0 ? ZT_E_UNAVAILABLE : cause == ENOENT ? ZT_E_NOT_FOUND : ZT_E_IO;
	return zt_error_errno(ret_error, status, "cannot start %s", spec->path);
}

zt_status zt_process_wait(pid_t pid, int timeout_ms, int *ret_exit)
{
	int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0u);
	ENSURE(pid_fd >= 0, ZT_E_NOT_FOUND);
	struct pollfd ended = { .fd = pid_fd, .events = POLLIN };
	int ready;
	do
		ready = poll(&ended, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	(void)close(pid_fd);
	ENSURE(ready > 0, ZT_E_TIMEOUT);
	int state = 0;
	ENSURE(waitpid(pid, &state, 0) == pid, ZT_E_NOT_FOUND);
	*ret_exit = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
	return ZT_OK;
}

void zt_process_stop(pid_t pid, int grace_ms)
{
	int ignored;
	if (pid <= 0)
		return;
	(void)kill(pid, SIGTERM);
	if (zt_process_wait(pid, grace_ms, &ignored) != ZT_E_TIMEOUT)
		return;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}
