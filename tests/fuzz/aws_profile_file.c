/* A credentials or config file of any bytes: every value lies within it. */
#include <stdlib.h>

#include "aws/profile_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	for (int config = 0; config < 2; config++) {
		zt_aws_section section = { { bytes, n }, ZT_VIEW_EMPTY };
		(void)zt_aws_section_find(&section, ZT_LIT("default"), config);
		zt_view value = zt_aws_section_value(&section, "region");
		if (value.n && (value.p < bytes || value.p + value.n > bytes + n))
			abort();
	}
	return 0;
}
