/* What goes wrong on purpose (`zerotouch-cloud --faults FILE`): events that are lost, late or repeated, operations that
 * fail, functions that are killed at a call. Drawn from a seed, so a run can be repeated. docs/contracts.md has the
 * file. */
#ifndef ZT_CLOUD_FAULTS_H
#define ZT_CLOUD_FAULTS_H

#include <stdint.h>

#include "base/error.h"

enum {
	ZT_FAULT_RULES_MAX = 64,
	ZT_FAULT_COPIES_MAX = 100,
	ZT_FAULT_DELAY_MAX_MS = 600 * 1000,
	ZT_FAULT_INVOCATION_MAX = 64 /* characters of its name that tell it from others */
};

typedef struct zt_faults zt_faults;

/* ZT_E_CONFIG names the member that is wrong. */
ZT_NODISCARD zt_status zt_faults_new(const char *path, zt_faults **ret, zt_error *ret_error);
/* NULL is fine, and so are the calls below on NULL: nothing goes wrong then. */
void zt_faults_free(zt_faults *faults);
ZT_DEFINE_CLEANUP(zt_faults, zt_faults_free)
/* From now on `faults` does what `with`, newly read, says; counts and seed begin anew. Frees `with`. So a file counts
 * only when all that is taken with it could be read too. */
void zt_faults_replace(zt_faults *faults, zt_faults *with);

/* What becomes of one registration event: how often it goes out (0: it is lost), and how late. */
typedef struct {
	unsigned copies;
	unsigned delay_ms;
} zt_event_fault;
zt_event_fault zt_faults_event(zt_faults *faults);

typedef enum {
	ZT_FAULT_NONE,
	ZT_FAULT_FAIL, /* the caller gets `status` and `code` */
	ZT_FAULT_KILL, /* the function that calls gets SIGKILL, and nobody an answer */
} zt_fault_kind;

typedef struct {
	zt_fault_kind kind;
	bool after; /* the operation takes its effect first */
	unsigned status;
	const char *code; /* lives as long as the faults, until they are replaced */
} zt_operation_fault;
/* One call of an operation, by an invocation of a function, or, with NULL, by somebody else. */
zt_operation_fault zt_faults_operation(zt_faults *faults, const char *operation, const char *invocation);

/* How long Lambda waits before it tries an event again, in place of a minute; 0 when the file does not say. */
unsigned zt_faults_retry_ms(const zt_faults *faults);

#endif
