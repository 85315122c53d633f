/* Files: read whole with a ceiling, written whole or not at all. */
#ifndef ZT_BASE_FS_H
#define ZT_BASE_FS_H

#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

/* Appends the whole file to *out, bounded by out->max. ZT_E_NOT_FOUND, ZT_E_LIMIT, ZT_E_IO. */
ZT_NODISCARD zt_status zt_file_read(const char *path, zt_str *out, zt_error *ret_error);
/* The same for a file with secrets: ZT_E_CREDENTIALS when it can be read by others than its owner. */
ZT_NODISCARD zt_status zt_file_read_private(const char *path, zt_str *out, zt_error *ret_error);
/* Writes beside, syncs, renames over: readers see the old or the new file, never a part; survives a power cut. */
ZT_NODISCARD zt_status zt_file_write(const char *path, zt_view bytes, mode_t mode, zt_error *ret_error);
/* Like mkdir -p; the last part gets `mode`, missing parents 0755. An existing folder is fine. */
ZT_NODISCARD zt_status zt_dir_make(const char *path, mode_t mode, zt_error *ret_error);
/* Removes a file or a folder with all in it, without following links. Nothing there is fine. */
ZT_NODISCARD zt_status zt_path_remove(const char *path, zt_error *ret_error);
/* "dir/name" into *out, cleared first. */
ZT_NODISCARD zt_status zt_path_join(zt_str *out, const char *dir, const char *name);

#endif
