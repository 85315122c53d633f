#include "cloud/logs/logs.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/codec.h"

enum { MS_A_DAY = 24 * 3600 * 1000 };

typedef struct event_row {
	zt_log_event event; /* its message is behind this struct */
	TAILQ_ENTRY(event_row) entry;
} event_row;
typedef TAILQ_HEAD(events, event_row) events;

typedef struct stream_row {
	zt_log_stream stream;
	TAILQ_ENTRY(stream_row) entry;
} stream_row;
typedef TAILQ_HEAD(streams, stream_row) streams;

typedef struct group_row {
	LIST_ENTRY(group_row) entry;
	char name[ZT_LOG_NAME_MAX + 1];
	streams streams;
	size_t stream_count;
	events events; /* of all streams, by time */
	size_t event_count, bytes;
} group_row;

struct zt_logs {
	zt_registry *registry;
	LIST_HEAD(groups, group_row) groups;
	uint64_t last_number;
};

/* ---- groups ---- */

static group_row *find_group(const zt_logs *logs, zt_view name)
{
	group_row *group;
	LIST_FOREACH(group, &logs->groups, entry)
	if (zt_view_equal(zt_view_of(group->name), name))
		return group;
	return NULL;
}

static zt_status no_group(zt_error *ret_error)
{
	return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
			      "The specified log group does not exist.");
}

/* Of a group that the registry knows; made when the first stream comes. */
static zt_status group_for(zt_logs *logs, zt_view name, group_row **ret, zt_error *ret_error)
{
	group_row *group = find_group(logs, name);
	if (!zt_registry_log_group(logs->registry, name))
		return no_group(ret_error);
	if (!group) {
		group = calloc(1, sizeof *group);
		ENSURE(group, ZT_E_NOMEM);
		zt_text_cut(group->name, sizeof group->name, name);
		TAILQ_INIT(&group->streams);
		TAILQ_INIT(&group->events);
		LIST_INSERT_HEAD(&logs->groups, group, entry);
	}
	*ret = group;
	return ZT_OK;
}

static void drop_event(group_row *group, event_row *row)
{
	TAILQ_REMOVE(&group->events, row, entry);
	group->event_count--;
	group->bytes -= row->event.message.n;
	free(row);
}

static void drop_stream(group_row *group, stream_row *stream)
{
	event_row *row, *next;
	for (row = TAILQ_FIRST(&group->events); row; row = next) {
		next = TAILQ_NEXT(row, entry);
		if (row->event.stream == &stream->stream)
			drop_event(group, row);
	}
	TAILQ_REMOVE(&group->streams, stream, entry);
	group->stream_count--;
	free(stream);
}

static void drop_group(group_row *group)
{
	stream_row *stream;
	while ((stream = TAILQ_FIRST(&group->streams)) != NULL)
		drop_stream(group, stream);
	LIST_REMOVE(group, entry);
	free(group);
}

static void drop_expired(const zt_logs *logs, group_row *group)
{
	const zt_log_group *kept = zt_registry_log_group(logs->registry, zt_view_of(group->name));
	if (!kept || kept->retention_days == 0)
		return;
	const int64_t oldest_ms = zt_registry_now_ms(logs->registry) - (int64_t)kept->retention_days * MS_A_DAY;
	event_row *row;
	while ((row = TAILQ_FIRST(&group->events)) != NULL && row->event.time_ms < oldest_ms)
		drop_event(group, row);
}

static void on_change(void *context, zt_kind kind, zt_view key)
{
	zt_logs *logs = context;
	group_row *group = kind == ZT_KIND_LOG_GROUP ? find_group(logs, key) : NULL;
	if (group && !zt_registry_log_group(logs->registry, key))
		drop_group(group);
}

zt_status zt_logs_new(zt_registry *registry, zt_logs **ret, zt_error *ret_error)
{
	zt_logs *logs = calloc(1, sizeof *logs);
	ENSURE(logs, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	logs->registry = registry;
	LIST_INIT(&logs->groups);
	zt_status status = zt_registry_listen(registry, on_change, logs);
	if (status != ZT_OK) {
		free(logs);
		return zt_error_set(ret_error, status, "the registry has no room for another listener");
	}
	*ret = logs;
	return ZT_OK;
}

void zt_logs_free(zt_logs *logs)
{
	group_row *group;
	if (!logs)
		return;
	zt_registry_unlisten(logs->registry, on_change, logs);
	while ((group = LIST_FIRST(&logs->groups)) != NULL)
		drop_group(group);
	free(logs);
}

/* ---- streams ---- */

static stream_row *find_stream(const group_row *group, zt_view name)
{
	stream_row *stream;
	TAILQ_FOREACH(stream, &group->streams, entry)
		if (zt_view_equal(zt_view_of(stream->stream.name), name))
			return stream;
	return NULL;
}

static zt_status add_stream(const zt_logs *logs, group_row *group, zt_view name, stream_row **ret)
{
	stream_row *stream = calloc(1, sizeof *stream);
	ENSURE(stream, ZT_E_NOMEM);
	if (zt_text_copy(stream->stream.name, sizeof stream->stream.name, name) != ZT_OK) {
		free(stream);
		return ZT_E_LIMIT;
	}
	stream->stream.created_ms = zt_registry_now_ms(logs->registry);
	if (group->stream_count == ZT_LOGS_STREAMS_MAX)
		drop_stream(group, TAILQ_FIRST(&group->streams));
	TAILQ_INSERT_TAIL(&group->streams, stream, entry);
	group->stream_count++;
	*ret = stream;
	return ZT_OK;
}

zt_status zt_logs_stream_create(zt_logs *logs, zt_view group, zt_view stream, zt_error *ret_error)
{
	group_row *in;
	stream_row *made;
	TRY(group_for(logs, group, &in, ret_error));
	if (find_stream(in, stream))
		return zt_error_coded(ret_error, ZT_E_EXISTS, "ResourceAlreadyExistsException",
				      "The specified log stream already exists");
	return add_stream(logs, in, stream, &made);
}

static zt_status stream_for(const zt_logs *logs, zt_view group, zt_view stream, group_row **ret_group, stream_row **ret,
			    zt_error *ret_error)
{
	if (!zt_registry_log_group(logs->registry, group))
		return no_group(ret_error);
	*ret_group = find_group(logs, group);
	*ret = *ret_group ? find_stream(*ret_group, stream) : NULL;
	return *ret ? ZT_OK
		    : zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				     "The specified log stream does not exist.");
}

zt_status zt_logs_stream_delete(zt_logs *logs, zt_view group, zt_view stream, zt_error *ret_error)
{
	group_row *in;
	stream_row *row;
	TRY(stream_for(logs, group, stream, &in, &row, ret_error));
	drop_stream(in, row);
	return ZT_OK;
}

const zt_log_stream *zt_logs_stream(const zt_logs *logs, zt_view group, zt_view name)
{
	const group_row *in = find_group(logs, group);
	const stream_row *row = in ? find_stream(in, name) : NULL;
	return row ? &row->stream : NULL;
}

const zt_log_stream *zt_logs_next_stream(const zt_logs *logs, zt_view group, const zt_log_stream *after)
{
	const group_row *in = after ? NULL : find_group(logs, group);
	const stream_row *row = after ? TAILQ_NEXT((const stream_row *)after, entry)
				: in  ? TAILQ_FIRST(&in->streams)
				      : NULL;
	return row ? &row->stream : NULL;
}

/* ---- events ---- */

static void insert_by_time(group_row *group, event_row *row)
{
	event_row *before = TAILQ_LAST(&group->events, events);
	while (before && before->event.time_ms > row->event.time_ms)
		before = TAILQ_PREV(before, events, entry);
	if (before)
		TAILQ_INSERT_AFTER(&group->events, before, row, entry);
	else
		TAILQ_INSERT_HEAD(&group->events, row, entry);
	group->event_count++;
	group->bytes += row->event.message.n;
}

static void note_event(zt_log_stream *stream, const zt_log_event *event)
{
	if (stream->first_ms == 0 || event->time_ms < stream->first_ms)
		stream->first_ms = event->time_ms;
	if (event->time_ms > stream->last_ms)
		stream->last_ms = event->time_ms;
	stream->ingested_ms = event->ingested_ms;
}

static zt_status add_event(zt_logs *logs, group_row *group, stream_row *stream, int64_t time_ms, zt_view message)
{
	ENSURE(message.n <= ZT_LOGS_MESSAGE_MAX, ZT_E_LIMIT);
	event_row *row = malloc(sizeof *row + message.n);
	ENSURE(row, ZT_E_NOMEM);
	memcpy(row + 1, message.p, message.n);
	row->event = (zt_log_event){ .stream = &stream->stream,
				     .time_ms = time_ms,
				     .ingested_ms = zt_registry_now_ms(logs->registry),
				     .number = ++logs->last_number,
				     .message = zt_view_make(row + 1, message.n) };
	note_event(&stream->stream, &row->event);
	insert_by_time(group, row);
	while (group->event_count > ZT_LOGS_EVENTS_MAX || group->bytes > ZT_LOGS_GROUP_BYTES_MAX)
		drop_event(group, TAILQ_FIRST(&group->events));
	return ZT_OK;
}

zt_status zt_logs_put(zt_logs *logs, zt_view group, zt_view stream, int64_t time_ms, zt_view message,
		      zt_error *ret_error)
{
	group_row *in;
	stream_row *row;
	TRY(stream_for(logs, group, stream, &in, &row, ret_error));
	return add_event(logs, in, row, time_ms, message);
}

/* What a program writes need be no text; what clients are given must be. */
static zt_status put_as_text(zt_view bytes, zt_str *out)
{
	for (size_t i = 0; i < bytes.n; i++)
		TRY(zt_str_put_u8(out, bytes.p[i] < 0x80 ? bytes.p[i] : '?'));
	return ZT_OK;
}

void zt_logs_write(zt_logs *logs, zt_view group, zt_view stream, zt_view message)
{
	group_row *in;
	stream_row *row;
	if (message.n == 0 || group_for(logs, group, &in, NULL) != ZT_OK)
		return;
	row = find_stream(in, stream);
	if (!row && add_stream(logs, in, stream, &row) != ZT_OK)
		return;
	if (message.n > ZT_LOGS_MESSAGE_MAX) {
		message.n = ZT_LOGS_MESSAGE_MAX;
		while (message.n > 0 && (message.p[message.n] & 0xC0) == 0x80)
			message.n--;
	}
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(ZT_LOGS_MESSAGE_MAX);
	if (!zt_view_is_utf8(message)) {
		if (put_as_text(message, &text) != ZT_OK)
			return;
		message = zt_str_view(&text);
	}
	/* Without memory the line is in the daemon's own log alone. */
	(void)!add_event(logs, in, row, zt_registry_now_ms(logs->registry), message);
}

/* NULL when nothing was ever written to it. */
static group_row *group_as_it_is_now(const zt_logs *logs, zt_view name)
{
	group_row *group = find_group(logs, name);
	if (group)
		drop_expired(logs, group);
	return group;
}

const zt_log_event *zt_logs_next_event(zt_logs *logs, zt_view group, const zt_log_event *after)
{
	group_row *in = after ? NULL : group_as_it_is_now(logs, group);
	const event_row *row = after ? TAILQ_NEXT((const event_row *)after, entry)
			       : in  ? TAILQ_FIRST(&in->events)
				     : NULL;
	return row ? &row->event : NULL;
}

size_t zt_logs_bytes(zt_logs *logs, zt_view group)
{
	const group_row *in = group_as_it_is_now(logs, group);
	return in ? in->bytes : 0;
}
