/* Inside a session: the answers that are awaited, each with a deadline. */
#ifndef ZT_DEVICE_SESSION_EXPECT_H
#define ZT_DEVICE_SESSION_EXPECT_H

#include "zerotouch/session.h"

static inline void zt_session_expect(zt_session *session, zt_session_answer what)
{
	session->due_ms[what] = session->now_ms + ZT_SESSION_ANSWER_MS;
}

static inline bool zt_session_expects(const zt_session *session, zt_session_answer what)
{
	return session->due_ms[what] != INT64_MAX;
}

static inline void zt_session_expect_no_more(zt_session *session, zt_session_answer what)
{
	session->due_ms[what] = INT64_MAX;
}

static inline void zt_session_expect_nothing(zt_session *session)
{
	for (size_t i = 0; i < ZT_SESSION_AWAITS; i++)
		session->due_ms[i] = INT64_MAX;
}

#endif
