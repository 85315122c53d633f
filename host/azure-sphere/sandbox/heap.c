/* malloc and its kin, counted by caller. Every block carries a head of one alignment unit that says whose it is. */
#include "cli/sphere_meter.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/grants.h"

enum { ALIGNMENT = 16 };

typedef struct {
	void *block; /* what libc gave */
	uint32_t owner;
	uint32_t reserved;
} head;

_Static_assert(sizeof(head) <= ALIGNMENT, "the head takes one unit");

void *__libc_malloc(size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *block);

static zt_meter early;
static zt_meter *meter = &early;
static uintptr_t program_start, program_end;

static void raise_to(atomic_size_t *peak, size_t value)
{
	size_t seen = *peak;
	while (value > seen && !atomic_compare_exchange_weak(peak, &seen, value))
		;
}

/* The block's size is in front of the head's memory: libc's own, without its head. */
static size_t size_of(const head *h)
{
	return *((const size_t *)h->block - 1) & ~(size_t)7;
}

static void count(uint32_t owner, size_t n)
{
	size_t mine = atomic_fetch_add(&meter->now[owner], n) + n;
	atomic_fetch_add(&meter->count[owner], 1);
	raise_to(&meter->peak[owner], mine);
	raise_to(&meter->peak_of_all, mine + meter->now[ZT_METER_OWNERS - 1 - owner]);
}

static uint32_t owner_of(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;
	return at >= program_start && at < program_end ? ZT_METER_APP : ZT_METER_LIBRARIES;
}

static head *head_of(void *p)
{
	return (head *)(void *)((char *)p - ALIGNMENT);
}

static void *allocate(size_t alignment, size_t n, const void *caller)
{
	size_t total;
	if (alignment < ALIGNMENT)
		alignment = ALIGNMENT;
	if (__builtin_add_overflow(n, alignment, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	char *block = alignment == ALIGNMENT ? __libc_malloc(total) : __libc_memalign(alignment, total);
	if (!block)
		return NULL;
	char *p = block + alignment;
	*head_of(p) = (head){ .block = block, .owner = owner_of(caller) };
	count(head_of(p)->owner, size_of(head_of(p)));
	return p;
}

static void release(void *p)
{
	if (!p)
		return;
	const head *h = head_of(p);
	atomic_fetch_sub(&meter->now[h->owner], size_of(h));
	__libc_free(h->block);
}

static size_t room_of(void *p)
{
	const head *h = head_of(p);
	return size_of(h) - sizeof(size_t) - (size_t)((char *)p - (char *)h->block);
}

static void *reallocate(void *p, size_t n, const void *caller)
{
	if (!p)
		return allocate(ALIGNMENT, n, caller);
	void *fresh = allocate(ALIGNMENT, n, caller);
	if (!fresh)
		return NULL;
	size_t room = room_of(p);
	memcpy(fresh, p, room < n ? room : n);
	release(p);
	return fresh;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t n)
{
	return allocate(ALIGNMENT, n, CALLER);
}

void free(void *p)
{
	int saved = errno;
	release(p);
	errno = saved;
}

void *calloc(size_t count_of, size_t n)
{
	size_t total;
	if (__builtin_mul_overflow(count_of, n, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	void *p = allocate(ALIGNMENT, total, CALLER);
	return p ? memset(p, 0, total) : NULL;
}

void *realloc(void *p, size_t n)
{
	return reallocate(p, n, CALLER);
}

void *reallocarray(void *p, size_t count_of, size_t n)
{
	size_t total;
	if (__builtin_mul_overflow(count_of, n, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return reallocate(p, total, CALLER);
}

void *memalign(size_t alignment, size_t n);
void *memalign(size_t alignment, size_t n)
{
	return allocate(alignment, n, CALLER);
}

void *aligned_alloc(size_t alignment, size_t n)
{
	return allocate(alignment, n, CALLER);
}

void *valloc(size_t n);
void *valloc(size_t n)
{
	return allocate((size_t)getpagesize(), n, CALLER);
}

int posix_memalign(void **ret, size_t alignment, size_t n)
{
	if (alignment % sizeof(void *) || (alignment & (alignment - 1)))
		return EINVAL;
	void *p = allocate(alignment, n, CALLER);
	if (!p)
		return ENOMEM;
	*ret = p;
	return 0;
}

size_t malloc_usable_size(void *p);
size_t malloc_usable_size(void *p)
{
	return p ? room_of(p) : 0;
}

/* The first object is the program. */
static int find_program(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		if (header->p_type == PT_LOAD && header->p_flags & PF_X) {
			program_start = info->dlpi_addr + header->p_vaddr;
			program_end = program_start + header->p_memsz;
		}
	}
	return 1;
}

__attribute__((constructor)) static void share_meter(void)
{
	const char *path = zt_grant("meter");
	(void)dl_iterate_phdr(find_program, NULL);
	int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
	void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *meter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (shared == MAP_FAILED)
		return;
	memcpy(shared, &early, sizeof early);
	meter = shared;
}
