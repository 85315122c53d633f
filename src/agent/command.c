#include "agent/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/process.h"
#include "base/timefmt.h"
#include "zerotouch/message.h"

enum { GRACE_MS = 2000, CHUNK = 16384 };

void zt_agent_command_init(zt_agent_command *command)
{
	*command = (zt_agent_command){
		.in = -1, .out = -1, .input = ZT_STR(ZT_PAYLOAD_MAX), .output = ZT_STR(ZT_PAYLOAD_MAX)
	};
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void end(zt_agent_command *command)
{
	close_fd(&command->in);
	close_fd(&command->out);
	command->pid = 0;
}

/* Its shell, and what that has started. */
static void stop(zt_agent_command *command)
{
	(void)kill(-command->pid, SIGTERM);
	zt_process_stop(command->pid, GRACE_MS);
	end(command);
}

void zt_agent_command_deinit(zt_agent_command *command)
{
	if (command->pid > 0)
		stop(command);
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

static zt_status give_up(zt_agent_command *command, zt_status status, zt_error *ret_error)
{
	stop(command);
	return status == ZT_E_TIMEOUT
		   ? zt_error_set(ret_error, status, "the command ran for %d s and was ended", ZT_COMMAND_MS / 1000)
		   : zt_error_set(ret_error, status, "the command said more than %d bytes", ZT_PAYLOAD_MAX);
}

zt_status zt_agent_command_step(zt_agent_command *command, zt_error *ret_error)
{
	int exit_status = 0;
	ENSURE(zt_agent_command_runs(command), ZT_E_AGAIN);
	write_input(command);
	zt_status status = read_output(command);
	if (status == ZT_E_AGAIN && zt_time_mono_ms() >= command->due_ms)
		status = ZT_E_TIMEOUT;
	if (status == ZT_E_AGAIN)
		return status;
	/* It has closed its output; whoever does that without ending has the grace to do so. */
	if (status == ZT_OK)
		status = zt_process_wait(command->pid, GRACE_MS, &exit_status);
	if (status != ZT_OK)
		return give_up(command, status, ret_error);
	end(command);
	return exit_status == 0 ? ZT_OK
				: zt_error_set(ret_error, ZT_E_FAILED, "the command ended with %d", exit_status);
}
