/* Writing at once: libevent does it only when the loop has come round and epoll said that there is room. */
#ifndef ZT_NET_STREAM_H
#define ZT_NET_STREAM_H

#include <event2/bufferevent.h>

/* Writes what `stream` has in its output, by TLS or plainly, as far as the socket takes it. Then its EV_WRITE is off
 * when nothing is left, and on when libevent shall do the rest (or find the error): whoever writes without flushing
 * must switch it on. */
void zt_stream_flush(struct bufferevent *stream);

#endif
