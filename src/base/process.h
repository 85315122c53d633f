/* Child processes: started with clean descriptors, ended with their parent. */
#ifndef ZT_BASE_PROCESS_H
#define ZT_BASE_PROCESS_H

#include <sys/types.h>

#include "base/error.h"

typedef struct {
	const char *path;                   /* program; looked up in PATH when it has no slash */
	char *const *argv;                  /* NULL-terminated, argv[0] included */
	char *const *envp;                  /* NULL-terminated, or NULL for the parent's environment */
	const char *directory;              /* working directory, or NULL */
	int stdin_fd, stdout_fd, stderr_fd; /* -1: /dev/null for stdin, inherited for the others */
	bool die_with_parent;               /* SIGTERM when the parent dies (PR_SET_PDEATHSIG) */
	bool no_core;                       /* no core dump: its memory holds secrets */
	unsigned open_files_max;            /* RLIMIT_NOFILE; 0 leaves it as it is */
	unsigned file_bytes_max;            /* RLIMIT_FSIZE: a write beyond is EFBIG; 0 leaves it as it is */
	bool new_group;                     /* own process group, so that a terminal's Ctrl-C does not reach it */
} zt_process_spec;

/* ZT_E_NOT_FOUND when there is no such program, named in *ret_error; ZT_E_IO when it is none; ZT_E_UNAVAILABLE when the
 * system has no room for a process. Descriptors above 2 are closed in the child. */
ZT_NODISCARD zt_status zt_process_start(const zt_process_spec *spec, pid_t *ret_pid, zt_error *ret_error);
/* Waits at most timeout_ms; *ret_exit is the exit status, or 128 + signal. ZT_E_TIMEOUT leaves it running. */
ZT_NODISCARD zt_status zt_process_wait(pid_t pid, int timeout_ms, int *ret_exit);
/* SIGTERM, then SIGKILL after grace_ms; reaps it. A pid <= 0 is fine. */
void zt_process_stop(pid_t pid, int grace_ms);

#endif
