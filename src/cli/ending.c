#include "cli/ending.h"

#include <signal.h>

static volatile sig_atomic_t ending;

static void end(int signal_number)
{
	(void)signal_number;
	ending = 1;
}

zt_status zt_end_on_signals(zt_error *ret_error)
{
	struct sigaction action = { .sa_handler = end };
	if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot wait for signals");
	return ZT_OK;
}

bool zt_ending(void)
{
	return ending != 0;
}
