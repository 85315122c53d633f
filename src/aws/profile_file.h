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

/* How a section is called where it stands. */
typedef enum {
	ZT_AWS_CREDENTIALS_FILE, /* [name] */
	ZT_AWS_CONFIG_FILE,      /* [profile name]; [default] may stand bare */
	ZT_AWS_SERVICES_SECTION, /* [services name] */
} zt_aws_section_kind;

/* Sets `lines` to that section. False without one. */
bool zt_aws_section_find(zt_aws_section *section, zt_view name, zt_aws_section_kind kind);
/* The value without surrounding blanks; empty when it is absent. Indented lines belong to a nested setting and are
 * skipped. */
zt_view zt_aws_section_value(const zt_aws_section *section, const char *key);
/* The value in the indented lines below "parent =", its name in either case. */
zt_view zt_aws_section_nested(const zt_aws_section *section, zt_view parent, const char *key);

#endif
