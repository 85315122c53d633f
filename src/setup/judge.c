#include "setup/judge.h"

#include "base/timefmt.h"

zt_status zt_judge_again(const zt_diagnosis *d, zt_finding finding, const char *about, const char *evidence)
{
	return zt_finding_add(d->findings, finding, about, evidence, "%s --yes", d->again);
}

bool zt_judge_has_ended(const zt_diagnosis *d, const json_t *not_after, char ret_evidence[ZT_JUDGE_END_MAX])
{
	char until[ZT_TIME_TEXT_MAX];
	int64_t end_ms;
	if (!zt_setup_time_ms(not_after, &end_ms) || end_ms > d->now_ms)
		return false;
	zt_time_iso8601(end_ms, until);
	(void)snprintf(ret_evidence, ZT_JUDGE_END_MAX, "notAfter is %s", until);
	return true;
}
