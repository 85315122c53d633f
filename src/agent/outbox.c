#include "agent/outbox.h"

#include "base/fs.h"
#include "mqtt/topic.h"

enum { PATH_BYTES_MAX = 4096, RECORD_MAX = ZT_OUTBOX_RECORD_HEAD + ZT_TOPIC_MAX + ZT_PAYLOAD_MAX };

static zt_status open_files(zt_agent_outbox *box, const char *state, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str folder = ZT_STR(PATH_BYTES_MAX);
	TRY(zt_path_join(&folder, state, "outbox"));
	return zt_storage_files_open(&box->files, zt_str_text(&folder), ret_error);
}

zt_status zt_agent_outbox_open(zt_agent_outbox *box, const char *state, unsigned slots, zt_outbox_policy policy,
			       zt_error *ret_error)
{
	TRY(open_files(box, state, ret_error));
	box->memory = malloc(2 * (size_t)RECORD_MAX);
	if (!box->memory)
		return zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
	const zt_storage storage = zt_storage_from_files(&box->files, slots);
	zt_status status = zt_outbox_init(&box->outbox, &storage, policy, box->memory, 2 * (size_t)RECORD_MAX);
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "the outbox in %s cannot be read", state);
	box->source = zt_outbox_source(&box->outbox);
	return ZT_OK;
}

void zt_agent_outbox_close(zt_agent_outbox *box)
{
	zt_storage_files_close(&box->files);
	free(box->memory);
	box->memory = NULL;
}
