/* Log streams: create, describe, delete. */
#include "base/json.h"
#include "cloud/api/logs_words.h"
#include "cloud/api/tables.h"

enum { DESCRIBE_MAX = 50 };

static const zt_param prefix = { "logStreamNamePrefix", 1, ZT_LOG_NAME_MAX, NULL };
static const zt_param order = { "orderBy", 1, 32, NULL };

static zt_status read_stream(const zt_call *call, zt_view *ret, zt_error *ret_error)
{
	TRY(zt_in_json(call->body, &zt_param_log_stream_name, ZT_REQUIRED, ret, ret_error));
	if (zt_view_find(*ret, ':') < ret->n || zt_view_find(*ret, '*') < ret->n)
		return zt_error_set(
		    ret_error, ZT_E_INVALID,
		    "1 validation error detected: Value at 'logStreamName' failed to satisfy constraint: "
		    "Member must satisfy regular expression pattern: [^:*]*");
	return ZT_OK;
}

static zt_status create(zt_call *call, zt_error *ret_error)
{
	zt_view stream;
	const zt_log_group *group;
	TRY(zt_logs_group(call, &group, ret_error));
	TRY(read_stream(call, &stream, ret_error));
	return zt_logs_stream_create(zt_call_logs(call), zt_view_of(group->name), stream, ret_error);
}

static zt_status delete_stream(zt_call *call, zt_error *ret_error)
{
	zt_view stream;
	const zt_log_group *group;
	TRY(zt_logs_group(call, &group, ret_error));
	TRY(read_stream(call, &stream, ret_error));
	return zt_logs_stream_delete(zt_call_logs(call), zt_view_of(group->name), stream, ret_error);
}

static json_t *time_or_null(int64_t ms)
{
	return ms ? json_integer((json_int_t)ms) : NULL;
}

static json_t *show(const zt_call *call, const zt_log_group *group, const zt_log_stream *stream)
{
	ZT_CLEANUP(zt_str_free) zt_str arn = ZT_STR(2048);
	if (zt_account_log_group_arn(zt_registry_account(call->registry), zt_view_of(group->name), &arn) != ZT_OK ||
	    zt_str_printf(&arn, ":log-stream:%s", stream->name) != ZT_OK)
		return NULL;
	return json_pack("{s:s, s:I, s:o*, s:o*, s:o*, s:s, s:I}", "logStreamName", stream->name, "creationTime",
			 (json_int_t)stream->created_ms, "firstEventTimestamp", time_or_null(stream->first_ms),
			 "lastEventTimestamp", time_or_null(stream->last_ms), "lastIngestionTime",
			 time_or_null(stream->ingested_ms), "arn", zt_str_text(&arn),
			 /* AWS gives 0 for streams since 2019. */
			 "storedBytes", (json_int_t)0);
}

typedef struct {
	const zt_log_stream *streams[ZT_LOGS_STREAMS_MAX];
	size_t count;
} listing;

static int by_name(const zt_log_stream *a, const zt_log_stream *b)
{
	return strcmp(a->name, b->name);
}

static int by_time(const zt_log_stream *a, const zt_log_stream *b)
{
	return a->last_ms != b->last_ms ? (a->last_ms < b->last_ms ? -1 : 1) : by_name(a, b);
}

/* At most ZT_LOGS_STREAMS_MAX: insertion is quick enough. */
static void insert(listing *list, const zt_log_stream *stream,
		   int (*compare)(const zt_log_stream *a, const zt_log_stream *b), bool descending)
{
	size_t at = list->count++;
	for (; at > 0; at--) {
		int order_of = compare(list->streams[at - 1], stream);
		if (descending ? order_of >= 0 : order_of <= 0)
			break;
		list->streams[at] = list->streams[at - 1];
	}
	list->streams[at] = stream;
}

static zt_status collect(const zt_call *call, zt_view group, listing *ret, zt_error *ret_error)
{
	static const char *const orders[] = { "LogStreamName", "LastEventTime", NULL };
	zt_view begins, ordered;
	unsigned index = 0;
	bool descending = false;
	TRY(zt_in_json(call->body, &prefix, ZT_OPTIONAL, &begins, ret_error));
	TRY(zt_in_json(call->body, &order, ZT_OPTIONAL, &ordered, ret_error));
	TRY(zt_word_index(order.name, ordered, orders, &index, ret_error));
	TRY(zt_in_json_bool(call->body, "descending", &descending, ret_error));
	if (index == 1 && begins.n)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "Cannot order by LastEventTime with a logStreamNamePrefix.");
	const zt_log_stream *stream = zt_logs_next_stream(zt_call_logs(call), group, NULL);
	for (; stream; stream = zt_logs_next_stream(zt_call_logs(call), group, stream))
		if (zt_view_starts(zt_view_of(stream->name), begins))
			insert(ret, stream, index ? by_time : by_name, descending);
	return ZT_OK;
}

static size_t place_behind(const listing *list, zt_view name)
{
	for (size_t i = 0; i < list->count; i++)
		if (zt_view_equal(zt_view_of(list->streams[i]->name), name))
			return i + 1;
	return 0;
}

static zt_status describe(zt_call *call, zt_error *ret_error)
{
	uint64_t limit;
	const zt_log_group *group;
	listing list = { .count = 0 };
	ZT_CLEANUP(zt_str_free) zt_str after = ZT_STR(ZT_LOG_NAME_MAX + 1);
	TRY(zt_logs_group(call, &group, ret_error));
	TRY(zt_logs_page_read(call, DESCRIBE_MAX, DESCRIBE_MAX, &limit, &after, ret_error));
	TRY(collect(call, zt_view_of(group->name), &list, ret_error));
	json_t *streams = json_array();
	TRY(zt_call_reply(call, json_pack("{s:o}", "logStreams", streams)));
	size_t at = after.n ? place_behind(&list, zt_str_view(&after)) : 0;
	for (; at < list.count && json_array_size(streams) < limit; at++)
		ENSURE(json_array_append_new(streams, show(call, group, list.streams[at])) == 0, ZT_E_NOMEM);
	return at < list.count ? zt_logs_page_end(call, "nextToken", zt_view_of(list.streams[at - 1]->name)) : ZT_OK;
}

static const zt_operation rows[] = {
	{ ZT_QUERY("CreateLogStream", zt_logs_group_resource, create) },
	{ ZT_QUERY("DeleteLogStream", zt_logs_stream_resource, delete_stream) },
	{ ZT_QUERY("DescribeLogStreams", zt_logs_group_resource, describe) },
};
const zt_operations zt_logs_stream_operations = ZT_OPERATIONS(rows);
