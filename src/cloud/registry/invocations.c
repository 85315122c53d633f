/* Asynchronous invocations that wait: rows, so that a kill loses none (AWS Lambda, "Asynchronous invocation"). */
#include "cloud/registry/functions.h"
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/state.h"

/* AWS Lambda quotas, "Invocation payload", asynchronous; how many may wait is ours. */
enum { PAYLOAD_MAX = 1024 * 1024, WAITING_MAX = 10000 };

typedef struct {
	zt_row row;
	zt_invocation invocation; /* the payload is owned */
} invocation_row;

static void invocation_row_free(invocation_row *row)
{
	free(row->invocation.payload);
	free(row);
}
ZT_DEFINE_CLEANUP(invocation_row, invocation_row_free)

static void invocation_free(zt_row *row)
{
	invocation_row_free((invocation_row *)row);
}

static zt_status set_payload(invocation_row *row, zt_view payload)
{
	row->invocation.payload = zt_view_dup(payload);
	ENSURE(row->invocation.payload, ZT_E_NOMEM);
	row->invocation.payload_n = payload.n;
	return ZT_OK;
}

static zt_view payload_of(const zt_invocation *invocation)
{
	return zt_view_make(invocation->payload ? invocation->payload : "", invocation->payload_n);
}

static zt_status invocation_encode(const zt_row *row, zt_str *out)
{
	const zt_invocation *invocation = &((const invocation_row *)row)->invocation;
	return zt_record_write(json_pack("{ss si sI sI}", "function", invocation->function, "attempts",
					 (int)invocation->attempts, "accepted", (json_int_t)invocation->accepted_ms,
					 "notBefore", (json_int_t)invocation->not_before_ms),
			       payload_of(invocation), out);
}

static zt_status invocation_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	ZT_CLEANUP(invocation_row_freep) invocation_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	zt_invocation *invocation = &row->invocation;
	TRY(zt_record_open(record->value, &reader, ret_error));
	TRY(zt_text_copy(invocation->request_id, sizeof invocation->request_id, record->key));
	zt_record_text(&reader, "function", invocation->function, sizeof invocation->function);
	zt_record_unsigned(&reader, "attempts", &invocation->attempts);
	zt_record_i64(&reader, "accepted", &invocation->accepted_ms);
	zt_record_i64(&reader, "notBefore", &invocation->not_before_ms);
	if (!reader.body.p)
		zt_record_damaged(&reader, "the payload");
	TRY(reader.status);
	TRY(set_payload(row, reader.body));
	row->row.node.key = zt_view_of(invocation->request_id);
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_invocation = {
	ZT_KIND_INVOCATION, "invocation", invocation_decode, invocation_encode, invocation_free, NULL, NULL,
};

static const zt_invocation *invocation_of(const zt_row *row)
{
	return row ? &((const invocation_row *)row)->invocation : NULL;
}

const zt_invocation *zt_registry_invocation(const zt_registry *registry, zt_view request_id)
{
	return invocation_of(zt_row_find(registry, ZT_KIND_INVOCATION, request_id));
}

const zt_invocation *zt_registry_next_invocation(const zt_registry *registry, zt_view after_request_id)
{
	return invocation_of(zt_row_after(registry, ZT_KIND_INVOCATION, after_request_id));
}

static zt_status check(const zt_registry *registry, const zt_invocation *invocation, zt_error *ret_error)
{
	if (invocation->payload_n > PAYLOAD_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LAMBDA_SIZE,
				 "%zu byte payload is too large for the Event invocation type (limit %d bytes)",
				 invocation->payload_n, PAYLOAD_MAX);
	if (!zt_registry_invocation(registry, zt_view_of(invocation->request_id)) &&
	    zt_index_count(&registry->rows[ZT_KIND_INVOCATION]) >= WAITING_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LAMBDA_RATE, "Rate Exceeded.");
	return ZT_OK;
}

zt_status zt_txn_invocation_put(zt_txn *txn, const zt_invocation *invocation, zt_error *ret_error)
{
	TRY(check(zt_txn_registry(txn), invocation, ret_error));
	ZT_CLEANUP(invocation_row_freep) invocation_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	row->invocation = *invocation;
	row->invocation.payload = NULL;
	TRY(set_payload(row, payload_of(invocation)));
	row->row.node.key = zt_view_of(row->invocation.request_id);
	ENSURE(row->row.node.key.n, ZT_E_INVALID);
	return zt_txn_put(txn, &zt_noun_invocation, &ZT_STEAL(row)->row);
}

zt_status zt_txn_invocation_delete(zt_txn *txn, zt_view request_id, zt_error *ret_error)
{
	(void)ret_error;
	zt_row *row = zt_row_find(zt_txn_registry(txn), ZT_KIND_INVOCATION, request_id);
	return row ? zt_txn_drop(txn, &zt_noun_invocation, row) : ZT_OK;
}
