#include "agent/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/process.h"
#include "base/timefmt.h"
#include "zerotouch/message.h"

enum { GRACE_MS = 2000, CHUNK = 16384 };

void zt_agent_command_init(zt_agent_command *command)
{
	*command = (zt_agent_command){
		.in = -1, .out = -1, .pid_fd = -1, .input = ZT_STR(ZT_PAYLOAD_MAX), .output = ZT_STR(ZT_PAYLOAD_MAX)
	};
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void close_pipes(zt_agent_command *command)
{
	close_fd(&command->in);
	close_fd(&command->out);
}

static void end(zt_agent_command *command)
{
	close_pipes(command);
	close_fd(&command->pid_fd);
	command->pid = 0;
}

void zt_agent_command_deinit(zt_agent_command *command)
{
	if (command->pid > 0) {
		(void)kill(-command->pid, SIGTERM);
		zt_process_stop(command->pid, GRACE_MS);
		end(command);
	}
	zt_str_free(&command->input);
	zt_str_free(&command->output);
}

/* Our two ends do not block; the child's are its standard input and output. */
static bool make_pipes(zt_agent_command *command, int child[2])
{
	int to[2], from[2];
	if (pipe2(to, O_CLOEXEC) != 0)
		return false;
	child[0] = to[0];
	command->in = to[1];
	if (pipe2(from, O_CLOEXEC) != 0)
		return false;
	command->out = from[0];
	child[1] = from[1];
	return fcntl(command->in, F_SETFL, O_NONBLOCK) == 0 && fcntl(command->out, F_SETFL, O_NONBLOCK) == 0;
}

zt_status zt_agent_command_start(zt_agent_command *command, const char *line, zt_view input, zt_error *ret_error)
{
	char *const argv[] = { "sh", "-c", (char *)line, NULL };
	int child[2] = { -1, -1 };
	ENSURE(!zt_agent_command_runs(command), ZT_E_STATE);
	zt_str_clear(&command->input);
	zt_str_clear(&command->output);
	command->written = 0;
	command->due_ms = zt_time_mono_ms() + ZT_COMMAND_MS;
	command->verdict = ZT_E_AGAIN;
	TRY(zt_str_put(&command->input, input));
	zt_status status = make_pipes(command, child) ? zt_process_start(&(zt_process_spec){ .path = "/bin/sh",
											     .argv = argv,
											     .stdin_fd = child[0],
											     .stdout_fd = child[1],
											     .stderr_fd = -1,
											     .die_with_parent = true,
											     .new_group = true },
									 &command->pid, ret_error)
						      : zt_error_errno(ret_error, ZT_E_IO, "cannot make pipes");
	close_fd(&child[0]);
	close_fd(&child[1]);
	if (status != ZT_OK)
		end(command);
	else
		command->pid_fd = pidfd_open(command->pid, 0);
	return status;
}

bool zt_agent_command_runs(const zt_agent_command *command)
{
	return command->pid > 0;
}

void zt_agent_command_polls(const zt_agent_command *command, struct pollfd ret[ZT_COMMAND_POLLS])
{
	bool runs = zt_agent_command_runs(command);
	ret[0] = (struct pollfd){ .fd = runs ? command->in : -1, .events = POLLOUT };
	ret[1] = (struct pollfd){ .fd = runs ? command->out : -1, .events = POLLIN };
	/* As long as it talks, or its children do, its end is of no interest. */
	ret[2] = (struct pollfd){ .fd = runs && command->out < 0 ? command->pid_fd : -1, .events = POLLIN };
}

/* A command need not read what it is given. */
static void write_input(zt_agent_command *command)
{
	zt_view rest = zt_view_from(zt_str_view(&command->input), command->written);
	ssize_t put = rest.n && command->in >= 0 ? write(command->in, rest.p, rest.n) : 0;
	if (put > 0)
		command->written += (size_t)put;
	bool stuck = put < 0 && (errno == EAGAIN || errno == EINTR);
	if (!stuck && (put <= 0 || command->written == command->input.n))
		close_fd(&command->in);
}

static zt_status read_output(zt_agent_command *command)
{
	for (;;) {
		uint8_t chunk[CHUNK];
		ssize_t got = read(command->out, chunk, sizeof chunk);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return ZT_E_AGAIN;
		if (got <= 0)
			return ZT_OK;
		TRY(zt_str_put(&command->output, zt_view_make(chunk, (size_t)got)));
	}
}

/* Its shell, and what that has started, are asked to end. */
static void break_off(zt_agent_command *command, zt_status verdict)
{
	(void)kill(-command->pid, SIGTERM);
	close_pipes(command);
	command->verdict = verdict;
	command->due_ms = zt_time_mono_ms() + GRACE_MS;
}

static void converse(zt_agent_command *command)
{
	write_input(command);
	zt_status status = read_output(command);
	if (status == ZT_OK) {
		close_pipes(command);
		command->due_ms = zt_time_mono_ms() + GRACE_MS;
	} else if (status != ZT_E_AGAIN) {
		break_off(command, ZT_E_LIMIT);
	} else if (zt_time_mono_ms() >= command->due_ms) {
		break_off(command, ZT_E_TIMEOUT);
	}
}

/* Whoever closes its output without ending has a while to do so, and whoever is told to end another one. */
static void press(zt_agent_command *command)
{
	if (zt_time_mono_ms() < command->due_ms)
		return;
	if (command->verdict == ZT_E_AGAIN)
		break_off(command, ZT_E_TIMEOUT);
	else
		(void)kill(-command->pid, SIGKILL);
}

static zt_status conclude(const zt_agent_command *command, int exit_status, zt_error *ret_error)
{
	if (command->verdict == ZT_E_TIMEOUT)
		return zt_error_set(ret_error, ZT_E_TIMEOUT, "the command did not end in %d s and was ended",
				    ZT_COMMAND_MS / 1000);
	if (command->verdict == ZT_E_LIMIT)
		return zt_error_set(ret_error, ZT_E_LIMIT, "the command said more than %d bytes", ZT_PAYLOAD_MAX);
	return exit_status == 0 ? ZT_OK
				: zt_error_set(ret_error, ZT_E_FAILED, "the command ended with %d", exit_status);
}

zt_status zt_agent_command_step(zt_agent_command *command, zt_error *ret_error)
{
	int exit_status = -1;
	ENSURE(zt_agent_command_runs(command), ZT_E_AGAIN);
	if (command->out >= 0)
		converse(command);
	if (command->out >= 0)
		return ZT_E_AGAIN;
	if (zt_process_wait(command->pid, 0, &exit_status) == ZT_E_TIMEOUT) {
		press(command);
		return ZT_E_AGAIN;
	}
	end(command);
	return conclude(command, exit_status, ret_error);
}
