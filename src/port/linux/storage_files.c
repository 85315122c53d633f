#include "port/linux/storage_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "zerotouch/buf.h"

enum { PATH_BYTES_MAX = 4096, RECORD_MAX = 1024 * 1024, FRAME_HEAD = 12 };

static const char magic[] = "ZTS1";

/* The one of IEEE 802.3, bit by bit: a few microseconds beside an fsync. */
static uint32_t crc32_of(zt_view bytes)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < bytes.n; i++) {
		crc ^= bytes.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xedb88320) & (0 - (crc & 1)));
	}
	return ~crc;
}

static zt_status name_file(zt_storage_files *files, const char *name)
{
	files->path.n = files->folder_n;
	return zt_str_printf(&files->path, "/%s", name);
}

static zt_status name_slot(zt_storage_files *files, uint32_t slot)
{
	files->path.n = files->folder_n;
	return zt_str_printf(&files->path, "/%u", slot);
}

/* The bytes behind the frame. A slot is written whole, so one that is not has been damaged since. */
static zt_status unframe(zt_view frame, zt_view *ret)
{
	uint32_t n, crc;
	bool whole = zt_view_take_prefix(&frame, ZT_LIT("ZTS1")) && zt_view_take_be32(&frame, &n) &&
		     zt_view_take_be32(&frame, &crc) && frame.n == n && crc32_of(frame) == crc;
	ENSURE(whole, ZT_E_INVALID);
	*ret = frame;
	return ZT_OK;
}

static zt_status read_slot(void *context, uint32_t slot, uint8_t *bytes, size_t cap, size_t *ret_n)
{
	zt_storage_files *files = context;
	ZT_CLEANUP(zt_str_free) zt_str frame = ZT_STR(RECORD_MAX + FRAME_HEAD);
	zt_view content;
	TRY(name_slot(files, slot));
	zt_status status = zt_file_read(zt_str_text(&files->path), &frame, NULL);
	if (status != ZT_OK)
		return status == ZT_E_NOT_FOUND || status == ZT_E_NOMEM ? status : ZT_E_IO;
	TRY(unframe(zt_str_view(&frame), &content));
	ENSURE(content.n <= cap, ZT_E_SPACE);
	memcpy(bytes, content.p, content.n);
	*ret_n = content.n;
	return ZT_OK;
}

static zt_status put_frame(zt_str *out, zt_view content)
{
	uint8_t numbers[FRAME_HEAD - 4];
	zt_buf head = ZT_BUF(numbers);
	zt_buf_put_be32(&head, (uint32_t)content.n);
	zt_buf_put_be32(&head, crc32_of(content));
	TRY(zt_str_put_text(out, magic));
	TRY(zt_str_put(out, zt_buf_view(&head)));
	return zt_str_put(out, content);
}

static zt_status write_slot(void *context, uint32_t slot, zt_view bytes)
{
	zt_storage_files *files = context;
	ZT_CLEANUP(zt_str_free) zt_str frame = ZT_STR(RECORD_MAX + FRAME_HEAD);
	TRY(name_slot(files, slot));
	TRY(put_frame(&frame, bytes));
	return zt_file_write(zt_str_text(&files->path), zt_str_view(&frame), 0600, NULL);
}

static zt_status erase_slot(void *context, uint32_t slot)
{
	zt_storage_files *files = context;
	TRY(name_slot(files, slot));
	if (unlink(zt_str_text(&files->path)) != 0)
		return errno == ENOENT ? ZT_OK : ZT_E_IO;
	/* The lock is on the folder itself. */
	return fsync(files->lock) == 0 ? ZT_OK : ZT_E_IO;
}

/* zt_file_write calls a file "<slot>.XXXXXX" until it is whole. */
static zt_status sweep(zt_storage_files *files)
{
	files->path.n = files->folder_n;
	files->path.p[files->path.n] = 0;
	DIR *folder = opendir(zt_str_text(&files->path));
	ENSURE(folder, ZT_E_IO);
	zt_status status = ZT_OK;
	for (struct dirent *entry; status == ZT_OK && (entry = readdir(folder));) {
		if (entry->d_name[0] == '.' || !strchr(entry->d_name, '.'))
			continue;
		status = name_file(files, entry->d_name);
		if (status == ZT_OK && unlink(zt_str_text(&files->path)) != 0)
			status = ZT_E_IO;
	}
	(void)closedir(folder);
	return status;
}

static zt_status take_folder(zt_storage_files *files, const char *folder, zt_error *ret_error)
{
	TRY(zt_dir_make(folder, 0700, ret_error));
	files->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->lock < 0)
		return zt_error_errno(ret_error, ZT_E_IO, "cannot open %s", folder);
	if (flock(files->lock, LOCK_EX | LOCK_NB) != 0)
		return zt_error_set(ret_error, ZT_E_CONFLICT, "another process uses %s", folder);
	TRY(zt_str_put_text(&files->path, folder));
	files->folder_n = files->path.n;
	return sweep(files) == ZT_OK ? ZT_OK : zt_error_errno(ret_error, ZT_E_IO, "cannot tidy up %s", folder);
}

zt_status zt_storage_files_open(zt_storage_files *files, const char *folder, zt_error *ret_error)
{
	*files = (zt_storage_files){ .path = ZT_STR(PATH_BYTES_MAX), .lock = -1 };
	zt_status status = take_folder(files, folder, ret_error);
	if (status != ZT_OK)
		zt_storage_files_close(files);
	return status;
}

void zt_storage_files_close(zt_storage_files *files)
{
	/* A zeroed one has no path, and its descriptor 0 is not ours. */
	if (files->path.max && files->lock >= 0)
		(void)close(files->lock);
	zt_str_free(&files->path);
	*files = (zt_storage_files){ .lock = -1 };
}

zt_status zt_storage_files_last(zt_storage_files *files, uint32_t *ret_slot)
{
	files->path.n = files->folder_n;
	files->path.p[files->path.n] = 0;
	DIR *folder = opendir(zt_str_text(&files->path));
	ENSURE(folder, ZT_E_IO);
	bool any = false;
	uint64_t slot, last = 0;
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (!zt_view_to_u64(zt_view_of(entry->d_name), &slot) || slot > UINT32_MAX)
			continue;
		any = true;
		last = slot > last ? slot : last;
	}
	(void)closedir(folder);
	*ret_slot = (uint32_t)last;
	return any ? ZT_OK : ZT_E_NOT_FOUND;
}

zt_storage zt_storage_from_files(zt_storage_files *files, uint32_t slots)
{
	return (zt_storage){ read_slot, write_slot, erase_slot, slots, files };
}
