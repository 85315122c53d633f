/* What the program for the size needs of a board, and which parts are linked. */
#ifndef ZT_TESTS_SIZE_PROGRAM_H
#define ZT_TESTS_SIZE_PROGRAM_H

#include "zerotouch/shadow.h"

zt_device_config board_config(void);
const char **board_why(void);
void board_note(zt_status status);
void board_say(const char *name, const char *text);
void board_renew(int64_t due_ms);
bool board_goes_on(void);
void board_wait(uint32_t ms);

/* In a file of their own for each build: NULL, or MQTT 5 and an outbox. */
const zt_protocol *size_protocol(void);
const zt_source *size_source(void);

#endif
