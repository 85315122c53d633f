/* What the doctor looks at beside the set-up's own resources: each asks and has it judged. Inside of the room. */
#ifndef ZT_SETUP_DOCTOR_INSIDE_H
#define ZT_SETUP_DOCTOR_INSIDE_H

#include "setup/judge.h"

ZT_NODISCARD zt_status zt_doctor_look_at_device(zt_setup *setup, const zt_diagnosis *d, zt_view device,
						zt_error *ret_error);
ZT_NODISCARD zt_status zt_doctor_look_at_subjects(zt_setup *setup, const zt_diagnosis *d, zt_error *ret_error);
ZT_NODISCARD zt_status zt_doctor_look_at_versions(zt_setup *setup, const zt_diagnosis *d, zt_error *ret_error);
/* Of the last hour. */
ZT_NODISCARD zt_status zt_doctor_look_at_logs(zt_setup *setup, const zt_diagnosis *d, zt_error *ret_error);

#endif
