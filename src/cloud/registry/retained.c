/* Retained messages (AWS IoT, "MQTT"; AWS IoT message broker quotas). */
#include "base/codec.h"
#include "cloud/registry/record.h"
#include "cloud/registry/refuse.h"
#include "cloud/registry/retained.h"
#include "cloud/registry/state.h"

/* Retained messages per account. Properties have their own limits before they come here. */
enum { RETAINED_MAX = 500000, PAYLOAD_MAX = 128 * 1024, PROPERTIES_TEXT_MAX = 64 * 1024 };

typedef struct {
	zt_row row;
	zt_retained message; /* payload and properties are owned */
} retained_row;

static void retained_row_free(retained_row *row)
{
	free(row->message.payload);
	free(row->message.properties);
	free(row);
}
ZT_DEFINE_CLEANUP(retained_row, retained_row_free)

static void retained_free(zt_row *row)
{
	retained_row_free((retained_row *)row);
}

static zt_status keep_bytes(zt_view bytes, uint8_t **ret, size_t *ret_n)
{
	*ret = (uint8_t *)zt_view_dup(bytes);
	ENSURE(*ret, ZT_E_NOMEM);
	*ret_n = bytes.n;
	return ZT_OK;
}

static zt_status retained_row_new(zt_view topic, zt_view payload, zt_view properties, retained_row **ret)
{
	ZT_CLEANUP(retained_row_freep) retained_row *row = calloc(1, sizeof *row);
	ENSURE(row, ZT_E_NOMEM);
	TRY(zt_text_copy(row->message.topic, sizeof row->message.topic, topic));
	row->row.node.key = zt_view_of(row->message.topic);
	TRY(keep_bytes(payload, &row->message.payload, &row->message.payload_n));
	TRY(keep_bytes(properties, &row->message.properties, &row->message.properties_n));
	*ret = ZT_STEAL(row);
	return ZT_OK;
}

static zt_status retained_encode(const zt_row *row, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str properties = ZT_STR(PROPERTIES_TEXT_MAX);
	const zt_retained *message = &((const retained_row *)row)->message;
	TRY(zt_base64_encode(zt_view_make(message->properties, message->properties_n), &properties));
	return zt_record_write(json_pack("{si sI ss*}", "qos", (int)message->qos, "modified",
					 (json_int_t)message->modified_ms, "properties",
					 properties.n ? zt_str_text(&properties) : NULL),
			       zt_view_make(message->payload, message->payload_n), out);
}

static zt_status retained_decode(zt_registry *registry, const zt_record *record, zt_row **ret, zt_error *ret_error)
{
	(void)registry;
	ZT_CLEANUP(zt_record_close) zt_record_reader reader = { 0 };
	ZT_CLEANUP(retained_row_freep) retained_row *row = NULL;
	ZT_CLEANUP(zt_str_free) zt_str properties = ZT_STR(PROPERTIES_TEXT_MAX);
	unsigned qos = 0;
	TRY(zt_record_open(record->value, &reader, ret_error));
	if (zt_base64_decode(zt_json_view(reader.head, "properties"), &properties) != ZT_OK)
		zt_record_damaged(&reader, "its properties");
	TRY(retained_row_new(record->key, reader.body, zt_str_view(&properties), &row));
	zt_record_unsigned(&reader, "qos", &qos);
	zt_record_i64(&reader, "modified", &row->message.modified_ms);
	if (qos > 1 || reader.body.n == 0)
		zt_record_damaged(&reader, "its QoS or payload");
	TRY(reader.status);
	row->message.qos = (uint8_t)qos;
	*ret = &ZT_STEAL(row)->row;
	return ZT_OK;
}

const zt_noun zt_noun_retained = {
	ZT_KIND_RETAINED, "retained message", retained_decode, retained_encode, retained_free, NULL, NULL,
};

static const zt_retained *message_of(const zt_row *row)
{
	return row ? &((const retained_row *)row)->message : NULL;
}

const zt_retained *zt_registry_retained(const zt_registry *registry, zt_view topic)
{
	return message_of(zt_row_find(registry, ZT_KIND_RETAINED, topic));
}

const zt_retained *zt_registry_next_retained(const zt_registry *registry, zt_view after_topic)
{
	return message_of(zt_row_after(registry, ZT_KIND_RETAINED, after_topic));
}

static zt_status check(const zt_registry *registry, bool is_new, zt_view topic, zt_view payload, zt_error *ret_error)
{
	if (topic.n == 0 || topic.n >= sizeof((retained_row *)NULL)->message.topic)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "The topic must have a length between 1 and 256");
	if (!zt_view_is_utf8(topic))
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "The topic is no UTF-8 text without NUL");
	if (payload.n > PAYLOAD_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_INVALID, "The payload is larger than %d bytes", PAYLOAD_MAX);
	if (is_new && zt_index_count(&registry->rows[ZT_KIND_RETAINED]) >= RETAINED_MAX)
		return zt_refuse(ret_error, ZT_REFUSE_LIMIT, "There are %d retained messages already", RETAINED_MAX);
	return ZT_OK;
}

zt_status zt_txn_retained_put(zt_txn *txn, const zt_publish *message, zt_error *ret_error)
{
	const zt_registry *registry = zt_txn_registry(txn);
	zt_row *old = zt_row_find(registry, ZT_KIND_RETAINED, message->topic);
	retained_row *row = NULL;
	if (message->payload.n == 0)
		return old ? zt_txn_drop(txn, &zt_noun_retained, old) : ZT_OK;
	TRY(check(registry, !old, message->topic, message->payload, ret_error));
	TRY(retained_row_new(message->topic, message->payload, message->properties, &row));
	row->message.qos = message->qos;
	row->message.modified_ms = zt_registry_now_ms(registry);
	return zt_txn_put(txn, &zt_noun_retained, &row->row);
}
