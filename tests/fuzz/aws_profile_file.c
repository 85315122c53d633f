/* A credentials or config file of any bytes: every value lies within it. */
#include <stdlib.h>

#include "aws/profile_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check(zt_view value, const uint8_t *bytes, size_t n)
{
	if (value.n && (value.p < bytes || value.p + value.n > bytes + n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	for (zt_aws_section_kind kind = ZT_AWS_CREDENTIALS_FILE; kind <= ZT_AWS_SERVICES_SECTION; kind++) {
		zt_aws_section section = { { bytes, n }, ZT_VIEW_EMPTY };
		(void)zt_aws_section_find(&section, ZT_LIT("default"), kind);
		check(zt_aws_section_value(&section, "region"), bytes, n);
		check(zt_aws_section_nested(&section, ZT_LIT("IOT"), "endpoint_url"), bytes, n);
	}
	return 0;
}
