#include "agent/notify.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "zerotouch/view.h"

/* "@" stands for the NUL that an abstract name begins with. */
static bool address_of(const char *path, struct sockaddr_un *ret, socklen_t *ret_n)
{
	zt_view name = zt_view_of(path);
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (name.n == 0 || name.n >= sizeof ret->sun_path || (path[0] != '/' && path[0] != '@'))
		return false;
	memcpy(ret->sun_path, name.p, name.n);
	if (path[0] == '@')
		ret->sun_path[0] = 0;
	*ret_n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name.n);
	return true;
}

void zt_notify(const char *assignments)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t n;
	if (!path || !address_of(path, &address, &n))
		return;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, assignments, strlen(assignments), MSG_NOSIGNAL, (const struct sockaddr *)&address, n);
	(void)close(fd);
}

void zt_notify_status(const char *text)
{
	char line[512];
	(void)snprintf(line, sizeof line, "STATUS=%s", text);
	zt_notify(line);
}

int64_t zt_notify_watchdog_ms(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	uint64_t us;
	return text && zt_view_to_u64(zt_view_of(text), &us) ? (int64_t)(us / 1000 / 3) : 0;
}
