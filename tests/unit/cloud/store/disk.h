/* SQLite's writes under a test's control, by the hook that SQLite has for tests (sqlite3_vfs.xSetSystemCall). */
#ifndef ZT_TESTS_UNIT_CLOUD_STORE_DISK_H
#define ZT_TESTS_UNIT_CLOUD_STORE_DISK_H

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool closed;        /* writes wait */
	size_t waiting;     /* writers that wait */
	size_t failures;    /* writes that failed */
	int failure;        /* errno of every write, 0 to let it through */
	const char *poison; /* writes that hold this text fail with ENOSPC */
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static ssize_t disk_pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
	(void)pthread_mutex_lock(&disk.lock);
	disk.waiting++;
	(void)pthread_cond_broadcast(&disk.changed);
	while (disk.closed)
		(void)pthread_cond_wait(&disk.changed, &disk.lock);
	disk.waiting--;
	int failure = disk.failure;
	if (disk.poison && memmem(bytes, n, disk.poison, strlen(disk.poison)))
		failure = ENOSPC;
	disk.failures += failure != 0;
	(void)pthread_cond_broadcast(&disk.changed);
	(void)pthread_mutex_unlock(&disk.lock);
	if (failure == 0)
		return pwrite(fd, bytes, n, offset);
	errno = failure;
	return -1;
}

static inline void disk_take_over(void)
{
	sqlite3_vfs *vfs;
	assert_int_equal(sqlite3_initialize(), SQLITE_OK);
	vfs = sqlite3_vfs_find(NULL);
	assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)disk_pwrite), SQLITE_OK);
}

static inline void disk_set(bool closed, int failure)
{
	(void)pthread_mutex_lock(&disk.lock);
	disk.closed = closed;
	disk.failure = failure;
	disk.failures = 0;
	(void)pthread_cond_broadcast(&disk.changed);
	(void)pthread_mutex_unlock(&disk.lock);
}

/* Until the writer stands before the closed disk. */
static inline void disk_await_writer(void)
{
	(void)pthread_mutex_lock(&disk.lock);
	while (disk.waiting == 0)
		(void)pthread_cond_wait(&disk.changed, &disk.lock);
	(void)pthread_mutex_unlock(&disk.lock);
}

static inline void disk_await_failure(void)
{
	(void)pthread_mutex_lock(&disk.lock);
	while (disk.failures == 0)
		(void)pthread_cond_wait(&disk.changed, &disk.lock);
	(void)pthread_mutex_unlock(&disk.lock);
}

#endif
