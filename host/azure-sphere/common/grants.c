#include "common/grants.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GRANTS_MAX = 64 * 1024 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char text[GRANTS_MAX + 1]; /* each line ended by a NUL; an empty one ends all */

/* By system call: open() is the app's, and watched. */
static void load(void)
{
	const char *path = getenv("ZT_AZURE_SPHERE");
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	ssize_t n = read(fd, text, GRANTS_MAX - 1);
	close(fd);
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = 0;
}

static const char *next(const char *line, const char *key)
{
	size_t n = strlen(key);
	for (; *line; line += strlen(line) + 1)
		if (strncmp(line, key, n) == 0 && line[n] == ' ')
			return line;
	return NULL;
}

const char *zt_grant(const char *key)
{
	pthread_once(&once, load);
	const char *line = next(text, key);
	return line ? line + strlen(key) + 1 : NULL;
}

bool zt_granted(const char *key, const char *value)
{
	pthread_once(&once, load);
	for (const char *line = next(text, key); line; line = next(line + strlen(line) + 1, key))
		if (strcasecmp(line + strlen(key) + 1, value) == 0)
			return true;
	return false;
}

int zt_refuse(int cause)
{
	errno = cause;
	return -1;
}

void zt_host_explain(const char *format, ...)
{
	char line[512] = "azure-sphere: ";
	size_t n = strlen(line);
	va_list args;
	int cause = errno;
	va_start(args, format);
	int written = vsnprintf(line + n, sizeof line - n - 1, format, args);
	va_end(args);
	if (written > 0) {
		n = strlen(line);
		line[n] = '\n';
		if (write(STDERR_FILENO, line, n + 1) < 0)
			cause = errno;
	}
	errno = cause;
}
