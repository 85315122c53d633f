#include "cloud/api/call.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "cloud/api/answer.h"
#include "cloud/api/front.h"

zt_status zt_call_txn(zt_call *call, zt_txn **ret)
{
	if (!call->txn)
		TRY(zt_txn_begin(call->registry, &call->txn));
	*ret = call->txn;
	return ZT_OK;
}

zt_status zt_call_reply(zt_call *call, json_t *reply)
{
	ENSURE(reply, ZT_E_NOMEM);
	json_decref(call->reply);
	call->reply = reply;
	return ZT_OK;
}

zt_status zt_call_reply_blob(zt_call *call, zt_view bytes)
{
	call->has_blob = true;
	zt_str_clear(&call->blob);
	return zt_str_put(&call->blob, bytes);
}

zt_status zt_call_reply_header(zt_call *call, const char *name, zt_view value)
{
	ENSURE(call->header_count < ZT_REPLY_HEADERS_MAX, ZT_E_LIMIT);
	char *copy = zt_view_dup(value);
	ENSURE(copy, ZT_E_NOMEM);
	call->headers[call->header_count++] = (zt_reply_header){ name, copy };
	return ZT_OK;
}

zt_status zt_call_resource(zt_call *call, zt_view id, zt_view arn)
{
	zt_str_clear(&call->resource_id);
	zt_str_clear(&call->resource_arn);
	TRY(zt_str_put(&call->resource_id, id));
	return zt_str_put(&call->resource_arn, arn);
}

void zt_call_defer(zt_call *call)
{
	call->deferred = true;
}

static void call_free(zt_call *call)
{
	if (call->link) {
		*call->link = call->next;
		if (call->next)
			call->next->link = call->link;
	}
	zt_form_free(&call->query);
	zt_form_free(&call->form);
	json_decref(call->body);
	json_decref(call->reply);
	for (size_t i = 0; i < call->header_count; i++)
		free(call->headers[i].value);
	zt_str_free(&call->blob);
	zt_str_free_wiped(&call->xml);
	zt_str_free(&call->resource_id);
	zt_str_free(&call->resource_arn);
	free(call->label_text);
	free(call);
}

zt_status zt_call_fail_on_purpose(const zt_call *call, zt_error *ret_error)
{
	const zt_operation_fault *fault = &call->fault;
	if (fault->kind == ZT_FAULT_NONE)
		return ZT_OK;
	LOG_INFO("faults", fault->kind == ZT_FAULT_KILL ? "a function is killed" : "an operation fails",
		 ZT_KV_STR("operation", call->operation->name), ZT_KV_STR("when", fault->after ? "after" : "before"),
		 ZT_KV_STR("code", fault->code));
	if (fault->kind == ZT_FAULT_KILL && call->api)
		zt_lambda_kill(call->api->spec.lambda, call->caller.key_id);
	(void)zt_error_coded(ret_error, ZT_E_UNAVAILABLE, fault->code, "failed on purpose");
	ret_error->http = (int)fault->status;
	return ZT_E_UNAVAILABLE;
}

/* A fault behind the operation takes the place of its answer, of a refusal's too. */
static void answer(zt_call *call, zt_status status, const zt_error *error)
{
	zt_error on_purpose = { 0 };
	zt_status fault = call->fault.after ? zt_call_fail_on_purpose(call, &on_purpose) : ZT_OK;
	if (fault != ZT_OK)
		zt_answer_error(call, fault, &on_purpose);
	else if (status != ZT_OK)
		zt_answer_error(call, status, error);
	else
		zt_answer_success(call);
}

static void committed(void *context, zt_status status)
{
	zt_call *call = context;
	/* Another process changed the same: the next try knows it, and AWS's clients try again behind this status. */
	zt_status told = status == ZT_E_CONFLICT ? ZT_E_UNAVAILABLE : status;
	const zt_error error = { .status = told };
	answer(call, told, &error);
	call_free(call);
}

void zt_call_finish(zt_call *call, zt_status status, const zt_error *error)
{
	if (call->handling) {
		call->ended = true;
		call->end_status = status;
		call->end_error = error ? *error : (zt_error){ 0 };
		return;
	}
	zt_txn *txn = ZT_STEAL(call->txn);
	if (status == ZT_OK && txn) {
		zt_txn_commit(txn, committed, call);
		return;
	}
	zt_txn_abort(txn);
	answer(call, status, error);
	call_free(call);
}
