/* zt_storage in a folder (0700), one file a slot: written beside, synced and renamed, so that a slot is there whole or
 * not at all after kill -9 and power loss. Length and CRC-32 tell a file that something else has damaged. */
#ifndef ZT_PORT_LINUX_STORAGE_FILES_H
#define ZT_PORT_LINUX_STORAGE_FILES_H

#include "base/error.h"
#include "base/str.h"
#include "zerotouch/storage.h"

typedef struct {
	zt_str path; /* of the slot in question; its first folder_n bytes name the folder */
	size_t folder_n;
	int lock;
} zt_storage_files;

/* Makes the folder, takes it for this process alone (ZT_E_CONFLICT when another has it), and clears away what
 * unfinished writes left. */
ZT_NODISCARD zt_status zt_storage_files_open(zt_storage_files *files, const char *folder, zt_error *ret_error);
/* A zeroed one is fine. */
void zt_storage_files_close(zt_storage_files *files);
/* The highest slot that holds something; ZT_E_NOT_FOUND when none does, ZT_E_IO. */
ZT_NODISCARD zt_status zt_storage_files_last(zt_storage_files *files, uint32_t *ret_slot);
/* The context of the returned seam is `files`. */
zt_storage zt_storage_from_files(zt_storage_files *files, uint32_t slots);

#endif
