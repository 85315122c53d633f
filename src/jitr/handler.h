/* One event, from its JSON to the end state, with one line in the log. */
#ifndef ZT_JITR_HANDLER_H
#define ZT_JITR_HANDLER_H

#include "aws/client.h"
#include "jitr/config.h"
#include "jitr/recent.h"

typedef struct {
	zt_aws_client *client;
	const zt_jitr_config *config;
	zt_jitr_recent *recent; /* of the process */
} zt_jitr_handler;

/* Appends the function's answer, {"decision":…}, to *answer. ZT_OK for refusals too: trying them again cannot help. An
 * error (throttled, out of reach, denied) is for Lambda to try again. request_id: of the invocation, for the log. */
ZT_NODISCARD zt_status zt_jitr_handle(const zt_jitr_handler *handler, zt_view event_json, zt_view request_id,
				      zt_str *answer, zt_error *ret_error);

#endif
