/* What CloudWatch Logs holds of the registry's log groups: streams and their events, in memory alone, bounded. The
 * oldest events make room for new ones; a restart forgets them all, a deleted group takes its own along.
 *
 * All on the loop's thread. Streams and events are borrowed until the next write or return to the loop. */
#ifndef ZT_CLOUD_LOGS_H
#define ZT_CLOUD_LOGS_H

#include "cloud/registry/log_groups.h"

enum {
	ZT_LOGS_STREAMS_MAX = 100,             /* of one group; the oldest goes first */
	ZT_LOGS_EVENTS_MAX = 10000,            /* of one group */
	ZT_LOGS_GROUP_BYTES_MAX = 1024 * 1024, /* of one group's messages */
	ZT_LOGS_MESSAGE_MAX = 256 * 1024,      /* CloudWatch Logs quotas, "Event size" */
};

typedef struct zt_logs zt_logs;

typedef struct {
	char name[ZT_LOG_NAME_MAX + 1];
	int64_t created_ms;
	int64_t first_ms, last_ms, ingested_ms; /* of its events; 0 without any */
} zt_log_stream;

typedef struct {
	const zt_log_stream *stream;
	int64_t time_ms, ingested_ms;
	uint64_t number; /* of this process, ever larger: unique */
	zt_view message;
} zt_log_event;

ZT_NODISCARD zt_status zt_logs_new(zt_registry *registry, zt_logs **ret, zt_error *ret_error);
/* NULL is fine. */
void zt_logs_free(zt_logs *logs);

/* ResourceNotFoundException, ResourceAlreadyExistsException. */
ZT_NODISCARD zt_status zt_logs_stream_create(zt_logs *logs, zt_view group, zt_view stream, zt_error *ret_error);
ZT_NODISCARD zt_status zt_logs_stream_delete(zt_logs *logs, zt_view group, zt_view stream, zt_error *ret_error);
/* NULL when group or stream are not there. */
const zt_log_stream *zt_logs_stream(const zt_logs *logs, zt_view group, zt_view name);
/* In the order of creation; the first for NULL. */
const zt_log_stream *zt_logs_next_stream(const zt_logs *logs, zt_view group, const zt_log_stream *after);

/* One event. ResourceNotFoundException. */
ZT_NODISCARD zt_status zt_logs_put(zt_logs *logs, zt_view group, zt_view stream, int64_t time_ms, zt_view message,
				   zt_error *ret_error);
/* For the services of this cloud: makes the stream when it is not there, and says nothing when the group is not. */
void zt_logs_write(zt_logs *logs, zt_view group, zt_view stream, zt_view message);

/* By time, and those of one time as they came; the oldest for NULL. Events beyond the group's retention are gone. */
const zt_log_event *zt_logs_next_event(zt_logs *logs, zt_view group, const zt_log_event *after);
/* Of the messages that are kept of this group. */
size_t zt_logs_bytes(zt_logs *logs, zt_view group);

#endif
