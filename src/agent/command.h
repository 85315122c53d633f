/* A shell command that the agent runs beside its own work: bytes in, bytes out, a time limit. Only
 * zt_agent_command_deinit blocks. */
#ifndef ZT_AGENT_COMMAND_H
#define ZT_AGENT_COMMAND_H

#include <poll.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

enum { ZT_COMMAND_MS = 60 * 1000, ZT_COMMAND_POLLS = 3 };

typedef struct {
	pid_t pid; /* 0: none runs */
	int in, out;
	zt_str input, output;
	size_t written;
	int64_t due_ms;    /* monotonic: of its output, its end, or its end after it was told to */
	int pid_fd;        /* readable when it has ended */
	zt_status verdict; /* why it was told to end; ZT_E_AGAIN while it was not */
} zt_agent_command;

void zt_agent_command_init(zt_agent_command *command);
/* Ends what runs; waits for that, two seconds at most. A zeroed one is fine. */
void zt_agent_command_deinit(zt_agent_command *command);
/* Runs `line` with sh; ZT_E_STATE while another runs. SIGPIPE must be ignored: the command need not read. */
ZT_NODISCARD zt_status zt_agent_command_start(zt_agent_command *command, const char *line, zt_view input,
					      zt_error *ret_error);
bool zt_agent_command_runs(const zt_agent_command *command);
/* What to poll for; descriptors of -1 where there is nothing. */
void zt_agent_command_polls(const zt_agent_command *command, struct pollfd ret[ZT_COMMAND_POLLS]);
/* Moves bytes. ZT_E_AGAIN: it still runs (or none does). ZT_OK: it has ended well, its output is in `output`.
 * ZT_E_FAILED: with another exit status; ZT_E_TIMEOUT: it was ended after ZT_COMMAND_MS, or because it
 * closed its output and did not end; ZT_E_LIMIT: it said more than
 * AWS takes. */
ZT_NODISCARD zt_status zt_agent_command_step(zt_agent_command *command, zt_error *ret_error);

#endif
