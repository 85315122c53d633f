#include "agent/outbox.h"

#include "base/fs.h"
#include "mqtt/topic.h"

enum { PATH_BYTES_MAX = 4096, RECORD_MAX = ZT_OUTBOX_RECORD_HEAD + ZT_TOPIC_MAX + ZT_PAYLOAD_MAX };

static zt_status open_files(zt_agent_outbox *box, const char *state, zt_error *ret_error)
{
	box->folder = ZT_STR(PATH_BYTES_MAX);
	TRY(zt_path_join(&box->folder, state, "outbox"));
	return zt_storage_files_open(&box->files, zt_str_text(&box->folder), ret_error);
}

/* With another number of slots messages would be looked for where they are not. */
static zt_status refuse_slots(const zt_agent_outbox *box, unsigned slots, zt_error *ret_error)
{
	return zt_error_set(
	    ret_error, ZT_E_CONFIG,
	    "%s holds messages that were kept with another --outbox-slots than %u: run with that until they "
	    "are published (--until-eof ends then), or remove the folder",
	    zt_str_text(&box->folder), slots);
}

static zt_status check_slots(zt_agent_outbox *box, unsigned slots, zt_error *ret_error)
{
	uint32_t last;
	zt_status status = zt_storage_files_last(&box->files, &last);
	if (status == ZT_OK && last >= slots)
		return refuse_slots(box, slots, ret_error);
	return status == ZT_E_NOT_FOUND ? ZT_OK : status;
}

zt_status zt_agent_outbox_open(zt_agent_outbox *box, const char *state, unsigned slots, zt_outbox_policy policy,
			       zt_error *ret_error)
{
	TRY(open_files(box, state, ret_error));
	TRY(check_slots(box, slots, ret_error));
	box->memory = malloc(2 * (size_t)RECORD_MAX);
	if (!box->memory)
		return zt_error_set(ret_error, ZT_E_NOMEM, "out of memory");
	const zt_storage storage = zt_storage_from_files(&box->files, slots);
	zt_status status = zt_outbox_init(&box->outbox, &storage, policy, box->memory, 2 * (size_t)RECORD_MAX);
	if (status == ZT_E_CONFIG)
		return refuse_slots(box, slots, ret_error);
	if (status != ZT_OK)
		return zt_error_set(ret_error, status, "%s cannot be read", zt_str_text(&box->folder));
	box->source = zt_outbox_source(&box->outbox);
	return ZT_OK;
}

void zt_agent_outbox_close(zt_agent_outbox *box)
{
	zt_storage_files_close(&box->files);
	zt_str_free(&box->folder);
	free(box->memory);
	box->memory = NULL;
}
