/* What musl has and glibc has not (include/string.h). */
#include <string.h>

size_t strlcpy(char *to, const char *from, size_t n)
{
	size_t length = strlen(from);
	if (n > 0) {
		size_t kept = length < n ? length : n - 1;
		memcpy(to, from, kept);
		to[kept] = 0;
	}
	return length;
}

size_t strlcat(char *to, const char *from, size_t n)
{
	size_t used = strnlen(to, n);
	return used + (used == n ? strlen(from) : strlcpy(to + used, from, n - used));
}
