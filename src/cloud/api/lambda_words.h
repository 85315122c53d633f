/* What the nouns of Lambda share on the wire. */
#ifndef ZT_CLOUD_API_LAMBDA_WORDS_H
#define ZT_CLOUD_API_LAMBDA_WORDS_H

#include "cloud/api/input.h"
#include "cloud/registry/functions.h"

/* The name in a function's name, partial ARN or ARN; a qualifier must be $LATEST, since there are no others here.
 * ZT_E_INVALID, ZT_E_NOT_FOUND for another account, Region or qualifier. */
ZT_NODISCARD zt_status zt_lambda_name(const zt_call *call, zt_view text, zt_view *ret, zt_error *ret_error);
/* The function that the first label and the parameter Qualifier name; ResourceNotFoundException. */
ZT_NODISCARD zt_status zt_lambda_find(const zt_call *call, const zt_function **ret, zt_error *ret_error);
ZT_NODISCARD zt_status zt_lambda_arn(const zt_registry *registry, const zt_function *function, zt_str *out);
/* For an operation's row: the ARN of the first label, whose function need not be there. */
ZT_NODISCARD zt_status zt_lambda_resource(const zt_call *call, zt_str *out);
/* What GetFunctionConfiguration shows; NULL when out of memory. */
json_t *zt_lambda_show(const zt_registry *registry, const zt_function *function);
/* PreconditionFailedException when the caller gave a RevisionId and the function has another. */
ZT_NODISCARD zt_status zt_lambda_check_revision(const zt_function *function, zt_view revision, zt_error *ret_error);
/* Gives a configuration that was changed a date and a RevisionId. */
ZT_NODISCARD zt_status zt_lambda_touch(const zt_registry *registry, json_t *configuration);

/* In the stored configuration, and shown by its own operations alone:
 * {"MaximumRetryAttempts":…,"MaximumEventAgeInSeconds":…}. */
#define ZT_LAMBDA_EVENT_CONFIG "EventInvokeConfig"

#endif
