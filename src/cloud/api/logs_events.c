/* Log events: put, get those of one stream, filter those of a group. */
#include <inttypes.h>

#include "base/json.h"
#include "cloud/api/logs_words.h"
#include "cloud/api/tables.h"

enum {
	PAGE_MAX = 10000,
	BATCH_MAX = 10000, /* CloudWatch Logs quotas: events of one PutLogEvents */
	AGE_MAX_MS = 14 * 24 * 3600 * 1000,
	AHEAD_MAX_MS = 2 * 3600 * 1000,
};

static const zt_param pattern_param = { "filterPattern", 0, 1024, NULL };
static const zt_param stream_prefix = { "logStreamNamePrefix", 1, ZT_LOG_NAME_MAX, NULL };

/* ---- put ---- */

static zt_status check_event(const json_t *event, int64_t before_ms, zt_error *ret_error)
{
	const json_t *time = json_object_get(event, "timestamp");
	zt_view message = zt_json_view(event, "message");
	if (!json_is_integer(time) || json_integer_value(time) < 0)
		return zt_in_missing("logEvents.timestamp", ret_error);
	if (message.n == 0 || message.n > ZT_LOGS_MESSAGE_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "Log event too large or empty: %zu bytes, allowed 1 to %d",
				    message.n, ZT_LOGS_MESSAGE_MAX);
	if (json_integer_value(time) < before_ms)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "Log events in a single PutLogEvents request must be in chronological order.");
	return ZT_OK;
}

/* Those beyond the bounds of time are left out, and AWS says which. */
static zt_status put_all(const zt_call *call, zt_view group, zt_view stream, const json_t *events, json_t *rejected,
			 zt_error *ret_error)
{
	size_t i;
	const json_t *event;
	int64_t now_ms = zt_registry_now_ms(call->registry);
	json_array_foreach(events, i, event) {
		int64_t time_ms = json_integer_value(json_object_get(event, "timestamp"));
		if (time_ms < now_ms - AGE_MAX_MS)
			(void)json_object_set_new(rejected, "tooOldLogEventEndIndex", json_integer((json_int_t)i + 1));
		else if (time_ms <= now_ms + AHEAD_MAX_MS)
			TRY(zt_logs_put(zt_call_logs(call), group, stream, time_ms, zt_json_view(event, "message"),
					ret_error));
		else if (!json_object_get(rejected, "tooNewLogEventStartIndex"))
			(void)json_object_set_new(rejected, "tooNewLogEventStartIndex", json_integer((json_int_t)i));
	}
	return ZT_OK;
}

static zt_status put(zt_call *call, zt_error *ret_error)
{
	size_t i;
	zt_view stream;
	const zt_log_group *group;
	const json_t *events, *event;
	int64_t last_ms = 0;
	TRY(zt_logs_group(call, &group, ret_error));
	TRY(zt_in_json(call->body, &zt_param_log_stream_name, ZT_REQUIRED, &stream, ret_error));
	TRY(zt_in_json_array(call->body, "logEvents", &events, ret_error));
	if (json_array_size(events) < 1 || json_array_size(events) > BATCH_MAX)
		return zt_error_set(ret_error, ZT_E_INVALID, "logEvents must have 1 to %d events", BATCH_MAX);
	if (!zt_logs_stream(zt_call_logs(call), zt_view_of(group->name), stream))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "The specified log stream does not exist.");
	json_array_foreach(events, i, event) {
		TRY(check_event(event, last_ms, ret_error));
		last_ms = json_integer_value(json_object_get(event, "timestamp"));
	}
	ZT_JSON_CLEANUP json_t *rejected = json_object();
	TRY(put_all(call, zt_view_of(group->name), stream, events, rejected, ret_error));
	/* Tokens no longer say anything, and AWS gives one all the same. */
	json_t *info = json_object_size(rejected) ? json_incref(rejected) : NULL;
	return zt_call_reply(
	    call, json_pack("{s:s, s:o*}", "nextSequenceToken", call->request_id, "rejectedLogEventsInfo", info));
}

/* ---- reading ---- */

/* What a reader asks for. */
typedef struct {
	uint64_t start_ms, end_ms, limit;
	zt_view stream;        /* this one; empty: all */
	zt_view prefix;        /* of streams */
	const json_t *streams; /* names, or NULL */
	zt_view pattern;
	int64_t after_ms; /* the place behind which a page begins */
	uint64_t after_number;
} request;

static bool holds(zt_view text, zt_view word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (zt_view_starts(zt_view_from(text, i), word))
			return true;
	return false;
}

static zt_view unquoted(zt_view term)
{
	bool quoted = term.n >= 2 && term.p[0] == '"' && term.p[term.n - 1] == '"';
	return quoted ? zt_view_make(term.p + 1, term.n - 2) : term;
}

/* Terms alone: all that stand plain, none that stands behind a minus, one of those behind a question mark ("Filter
 * pattern syntax", unstructured). */
static bool matches(zt_view pattern, zt_view message)
{
	zt_view term;
	bool asked = false, found = false;
	if (pattern.n > 2 && pattern.p[0] == '"')
		return holds(message, unquoted(pattern));
	while (zt_view_split(&pattern, ' ', &term)) {
		if (term.n == 0)
			continue;
		if (term.p[0] == '?') {
			asked = true;
			found |= holds(message, unquoted(zt_view_from(term, 1)));
		} else if (term.p[0] == '-') {
			if (holds(message, unquoted(zt_view_from(term, 1))))
				return false;
		} else if (!holds(message, unquoted(term))) {
			return false;
		}
	}
	return !asked || found;
}

static bool in_list(const json_t *names, const char *name)
{
	for (size_t i = 0; i < json_array_size(names); i++)
		if (zt_view_equal(zt_view_of(json_string_value(json_array_get(names, i))), zt_view_of(name)))
			return true;
	return false;
}

static bool wants(const request *asked, const zt_log_event *event)
{
	const char *stream = event->stream->name;
	if ((uint64_t)event->time_ms < asked->start_ms || (uint64_t)event->time_ms >= asked->end_ms)
		return false;
	if (asked->stream.n && !zt_view_equal(zt_view_of(stream), asked->stream))
		return false;
	if (!zt_view_starts(zt_view_of(stream), asked->prefix) || (asked->streams && !in_list(asked->streams, stream)))
		return false;
	return matches(asked->pattern, event->message);
}

static bool is_behind(const request *asked, const zt_log_event *event)
{
	return event->time_ms > asked->after_ms ||
	       (event->time_ms == asked->after_ms && event->number > asked->after_number);
}

/* A place in a group is "<time> <number>". */
static zt_status read_place(zt_view text, request *ret)
{
	zt_view time, number;
	uint64_t ms;
	ENSURE(zt_view_split(&text, ' ', &time) && zt_view_split(&text, ' ', &number), ZT_E_INVALID);
	ENSURE(zt_view_to_u64(time, &ms) && zt_view_to_u64(number, &ret->after_number), ZT_E_INVALID);
	ret->after_ms = (int64_t)ms;
	return ZT_OK;
}

static zt_status put_place(zt_call *call, const char *member, int64_t ms, uint64_t number)
{
	char place[64];
	(void)snprintf(place, sizeof place, "%" PRId64 " %" PRIu64, ms, number);
	return zt_logs_page_end(call, member, zt_view_of(place));
}

static zt_status read_request(const zt_call *call, request *ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str after = ZT_STR(64);
	*ret = (request){ .end_ms = UINT64_MAX, .after_ms = -1 };
	TRY(zt_in_json_number(call->body, "startTime", 0, INT64_MAX, &ret->start_ms, ret_error));
	TRY(zt_in_json_number(call->body, "endTime", 0, INT64_MAX, &ret->end_ms, ret_error));
	TRY(zt_logs_page_read(call, PAGE_MAX, PAGE_MAX, &ret->limit, &after, ret_error));
	if (after.n && read_place(zt_str_view(&after), ret) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "The specified nextToken is invalid.");
	return ZT_OK;
}

static json_t *show(const zt_log_event *event, bool filtered)
{
	char id[40];
	(void)snprintf(id, sizeof id, "%020" PRIu64 "%016" PRIu64, (uint64_t)event->time_ms, event->number);
	json_t *json = json_pack("{s:I, s:o, s:I}", "timestamp", (json_int_t)event->time_ms, "message",
				 zt_json_string(event->message), "ingestionTime", (json_int_t)event->ingested_ms);
	if (json && filtered) {
		(void)json_object_set_new(json, "logStreamName", json_string(event->stream->name));
		(void)json_object_set_new(json, "eventId", json_string(id));
	}
	return json;
}

static const zt_log_event *next_wanted(zt_logs *logs, zt_view group, const request *asked, const zt_log_event *event)
{
	while ((event = zt_logs_next_event(logs, group, event)) != NULL)
		if (is_behind(asked, event) && wants(asked, event))
			return event;
	return NULL;
}

static zt_status filter(zt_call *call, zt_error *ret_error)
{
	request asked;
	const zt_log_group *group;
	const zt_log_event *event = NULL, *last = NULL;
	TRY(zt_logs_group(call, &group, ret_error));
	TRY(read_request(call, &asked, ret_error));
	TRY(zt_in_json(call->body, &pattern_param, ZT_OPTIONAL, &asked.pattern, ret_error));
	TRY(zt_in_json(call->body, &stream_prefix, ZT_OPTIONAL, &asked.prefix, ret_error));
	TRY(zt_in_json_array(call->body, "logStreamNames", &asked.streams, ret_error));
	json_t *events = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o, s:[]}", "events", events, "searchedLogStreams")));
	while ((event = next_wanted(zt_call_logs(call), zt_view_of(group->name), &asked, event)) != NULL) {
		if (json_array_size(events) == asked.limit)
			return put_place(call, "nextToken", last->time_ms, last->number);
		ENSURE(json_array_append_new(events, show(event, true)) == 0, ZT_E_NOMEM);
		last = event;
	}
	return ZT_OK;
}

/* Skips so many of the oldest that the newest fill a page: what a reader gets that does not start from the head. */
static const zt_log_event *skip_old(const zt_call *call, zt_view group, const request *asked)
{
	uint64_t count = 0;
	const zt_log_event *event = NULL;
	while ((event = next_wanted(zt_call_logs(call), group, asked, event)) != NULL)
		count++;
	for (event = NULL; count > asked->limit; count--)
		event = next_wanted(zt_call_logs(call), group, asked, event);
	return event;
}

static zt_status get(zt_call *call, zt_error *ret_error)
{
	request asked;
	bool from_head = false;
	const zt_log_group *group;
	TRY(zt_logs_group(call, &group, ret_error));
	TRY(read_request(call, &asked, ret_error));
	TRY(zt_in_json(call->body, &zt_param_log_stream_name, ZT_REQUIRED, &asked.stream, ret_error));
	TRY(zt_in_json_bool(call->body, "startFromHead", &from_head, ret_error));
	zt_view name = zt_view_of(group->name);
	if (!zt_logs_stream(zt_call_logs(call), name, asked.stream))
		return zt_error_coded(ret_error, ZT_E_NOT_FOUND, "ResourceNotFoundException",
				      "The specified log stream does not exist.");
	json_t *events = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "events", events)));
	const zt_log_event *event = from_head || asked.after_ms >= 0 ? NULL : skip_old(call, name, &asked);
	int64_t last_ms = asked.after_ms < 0 ? 0 : asked.after_ms;
	uint64_t last_number = asked.after_number;
	while (json_array_size(events) < asked.limit &&
	       (event = next_wanted(zt_call_logs(call), name, &asked, event)) != NULL) {
		ENSURE(json_array_append_new(events, show(event, false)) == 0, ZT_E_NOMEM);
		last_ms = event->time_ms;
		last_number = event->number;
	}
	/* At the end the token stays what it was: so readers know. */
	TRY(put_place(call, "nextForwardToken", last_ms, last_number));
	return put_place(call, "nextBackwardToken", last_ms, last_number);
}

static const zt_operation rows[] = {
	{ ZT_QUERY("PutLogEvents", zt_logs_stream_resource, put) },
	{ ZT_QUERY("GetLogEvents", zt_logs_stream_resource, get) },
	{ ZT_QUERY("FilterLogEvents", zt_logs_group_resource, filter) },
};
const zt_operations zt_logs_event_operations = ZT_OPERATIONS(rows);
