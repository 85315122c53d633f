/* What the nouns of CloudWatch Logs share on the wire (JSON 1.1; Amazon CloudWatch Logs API Reference). */
#ifndef ZT_CLOUD_API_LOGS_WORDS_H
#define ZT_CLOUD_API_LOGS_WORDS_H

#include "cloud/api/input.h"
#include "cloud/logs/logs.h"

extern const zt_param zt_param_log_group_name, zt_param_log_stream_name;

/* The members that name them; the group is there (ResourceNotFoundException). Either may also come as
 * logGroupIdentifier: name or ARN. */
ZT_NODISCARD zt_status zt_logs_group(const zt_call *call, const zt_log_group **ret, zt_error *ret_error);
zt_logs *zt_call_logs(const zt_call *call);

/* For an operation's row. IAM holds permissions on a group against …:log-group:<name>:log-stream:, on a stream with its
 * name behind, so that "…:log-group:<name>:*" is both (CloudWatch Logs User Guide, "ARNs"); tags alone are on the
 * group's ARN itself. */
ZT_NODISCARD zt_status zt_logs_group_resource(const zt_call *call, zt_str *out);
ZT_NODISCARD zt_status zt_logs_stream_resource(const zt_call *call, zt_str *out);
ZT_NODISCARD zt_status zt_logs_tag_resource(const zt_call *call, zt_str *out);

/* limit (of the body) and the key that nextToken stands for, empty without one. InvalidParameterException. */
ZT_NODISCARD zt_status zt_logs_page_read(const zt_call *call, uint64_t max, uint64_t fallback, uint64_t *ret_limit,
					 zt_str *ret_after, zt_error *ret_error);
/* Puts the token of a key into the reply. */
ZT_NODISCARD zt_status zt_logs_page_end(zt_call *call, const char *member, zt_view key);

#endif
