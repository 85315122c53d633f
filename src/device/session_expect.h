/* Inside a session: the answers that are awaited, each with a deadline. */
#ifndef ZT_DEVICE_SESSION_EXPECT_H
#define ZT_DEVICE_SESSION_EXPECT_H

#include "zerotouch/session.h"

static inline void zt_session_expect(zt_session *session, zt_session_answer what)
{
	session->awaits[what] = true;
	session->due_ms[what] = session->now_ms + ZT_SESSION_ANSWER_MS;
}

#endif
