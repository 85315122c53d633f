/* Amazon CloudWatch Logs: groups and what is in them. Answers are AWS's JSON (API Reference, same names); new
 * references.
 */
#ifndef ZT_AWS_LOGS_H
#define ZT_AWS_LOGS_H

#include "aws/client.h"

/* tags: object of strings, or NULL. ZT_E_EXISTS. */
ZT_NODISCARD zt_status zt_logs_group_create(zt_aws_client *client, zt_view name, const json_t *tags,
					    zt_error *ret_error);
/* *ret: logGroupName, creationTime, retentionInDays (absent: for ever), arn (with ":*" behind it), storedBytes.
 * ZT_E_NOT_FOUND. */
ZT_NODISCARD zt_status zt_logs_group_describe(zt_aws_client *client, zt_view name, json_t **ret, zt_error *ret_error);
/* One of AWS's figures: 1, 3, 5, 7, 14, 30, 60, 90 … */
ZT_NODISCARD zt_status zt_logs_group_retain(zt_aws_client *client, zt_view name, unsigned days, zt_error *ret_error);
ZT_NODISCARD zt_status zt_logs_group_delete(zt_aws_client *client, zt_view name, zt_error *ret_error);
/* arn without ":*". *ret: tags, an object of strings. */
ZT_NODISCARD zt_status zt_logs_tags(zt_aws_client *client, zt_view arn, json_t **ret, zt_error *ret_error);

/* Events of a group since `start_ms` that hold the pattern (empty: all), oldest first, at most `limit` (1 to 10000).
 * *ret: events [{logStreamName, timestamp, message, ingestionTime, eventId}], nextToken. */
ZT_NODISCARD zt_status zt_logs_filter(zt_aws_client *client, zt_view group, zt_view pattern, int64_t start_ms,
				      unsigned limit, json_t **ret, zt_error *ret_error);

#endif
