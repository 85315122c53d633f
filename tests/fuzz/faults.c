/* The file of --faults: refused in words, or it does something within its bounds. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cloud/faults/faults.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void let_happen(zt_faults *faults)
{
	static const char *const operations[] = { "AttachPolicy", "RegisterThing" };
	for (int i = 0; i < 16; i++) {
		zt_event_fault event = zt_faults_event(faults);
		must(event.copies <= ZT_FAULT_COPIES_MAX && event.delay_ms <= ZT_FAULT_DELAY_MAX_MS);
		zt_operation_fault fault = zt_faults_operation(faults, operations[i % 2], i % 3 ? "one" : NULL);
		must(fault.kind != ZT_FAULT_FAIL || (fault.code && fault.status >= 400 && fault.status <= 599));
	}
	must(zt_faults_retry_ms(faults) <= ZT_FAULT_DELAY_MAX_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char path[64];
	zt_faults *faults;
	zt_error error = { 0 };
	int fd = memfd_create("faults", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (zt_faults_new(path, &faults, &error) == ZT_OK) {
		let_happen(faults);
		zt_faults_free(faults);
	} else {
		must(error.text[0]);
	}
	(void)close(fd);
	return 0;
}
