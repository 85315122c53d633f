/* Who gets the tables behind --help: people, as text, or a reader, such as the one that makes shell completion. */
#ifndef ZT_BASE_HELP_H
#define ZT_BASE_HELP_H

#include "base/options.h"
#include "base/verbs.h"

/* The tables are valid during the call alone. */
typedef struct {
	void (*command)(void *context, const zt_command *command);
	void (*verbs)(void *context, const zt_verb *verbs, size_t count);
	void *context;
} zt_help_reader;

/* From now on --help hands its tables to the reader (borrowed) and prints nothing; NULL: it prints, as at the start.
 * Returns the reader before. Of the whole process, for its main thread. */
const zt_help_reader *zt_help_read(const zt_help_reader *reader);
/* NULL: print. */
const zt_help_reader *zt_help_reader_get(void);

#endif
