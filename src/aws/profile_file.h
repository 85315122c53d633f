/* AWS's credentials and config files: sections of name = value. Not inih's form: a session token is longer than the 200
 * characters of a line that Debian's inih reads, and it would be cut without an error. */
#ifndef ZT_AWS_PROFILE_FILE_H
#define ZT_AWS_PROFILE_FILE_H

#include <stdbool.h>

#include "zerotouch/view.h"

typedef struct {
	zt_view file;  /* the whole text */
	zt_view lines; /* of the section; empty when there is none */
} zt_aws_section;

/* Sets `lines` to the section [name], or in a config file [profile name] ([default] may stand bare). False without one.
 */
bool zt_aws_section_find(zt_aws_section *section, zt_view name, bool is_config);
/* The value without surrounding blanks; empty when it is absent. Indented lines belong to a nested setting and are
 * skipped. */
zt_view zt_aws_section_value(const zt_aws_section *section, const char *key);

#endif
