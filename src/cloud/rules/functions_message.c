/* What is known of the message beside its payload. */
#include "base/random.h"
#include "cloud/rules/functions.h"

/* topic() is all of it, topic(n) its n-th level, counted from 1. */
static json_t *call_topic(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	zt_view topic = input->message->topic, level;
	int64_t left;
	if (count == 0)
		return zt_json_string(topic);
	if (!zt_value_whole(arguments[0], &left) || left < 1)
		return NULL;
	while (zt_view_split(&topic, '/', &level))
		if (--left == 0)
			return zt_json_string(level);
	return NULL;
}

static json_t *call_clientid(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)arguments, (void)count;
	return zt_json_string(input->message->client_id.n ? input->message->client_id : ZT_LIT("n/a"));
}

static json_t *call_principal(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)arguments, (void)count;
	return zt_json_string(input->message->principal);
}

/* Of the device, or of what stands between it and us. Undefined for messages of services. */
static json_t *call_sourceip(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)arguments, (void)count;
	return input->message->source_ip.n ? zt_json_string(input->message->source_ip) : NULL;
}

static json_t *call_timestamp(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)arguments, (void)count;
	return json_integer(input->now_ms);
}

static json_t *call_accountid(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)arguments, (void)count;
	return zt_json_string(input->account);
}

static json_t *call_traceid(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)arguments, (void)count;
	return input->trace_id[0] ? json_string(input->trace_id) : NULL;
}

static json_t *call_newuuid(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)arguments, (void)count;
	char text[ZT_UUID_TEXT];
	zt_uuid(text);
	return json_string(text);
}

static json_t *call_sql_version(const zt_sql_input *input, json_t *const *arguments, size_t count)
{
	(void)input, (void)arguments, (void)count;
	return json_string("2016-03-23");
}

const zt_sql_function zt_sql_message_functions[] = {
	{ "topic", 0, 1, call_topic },
	{ "clientid", 0, 0, call_clientid },
	{ "principal", 0, 0, call_principal },
	{ "sourceip", 0, 0, call_sourceip },
	{ "timestamp", 0, 0, call_timestamp },
	{ "accountid", 0, 0, call_accountid },
	{ "traceid", 0, 0, call_traceid },
	{ "newuuid", 0, 0, call_newuuid },
	{ "sql_version", 0, 0, call_sql_version },
	{ 0 },
};
