#include "cloud/accept/accept.h"

static zt_status busy(zt_error *ret_error, zt_status status)
{
	(void)zt_error_coded(ret_error, status, "ServiceUnavailableException",
			     "the broker takes no more messages for now");
	if (ret_error)
		ret_error->http = 503;
	return status;
}

zt_status zt_accept(const zt_acceptor *acceptor, const zt_publish *message, zt_store_done_fn done, void *context,
		    zt_error *ret_error)
{
	TRY(zt_accept_check(message, ret_error));
	bool to_broker = zt_topic_is_for_all(zt_topic_kind_of(message->topic));
	if (to_broker) {
		zt_status status = zt_broker_publish(acceptor->broker, message, done, context);
		if (status != ZT_OK)
			return busy(ret_error, status);
	}
	if (acceptor->listener.accepted)
		acceptor->listener.accepted(acceptor->listener.context, message);
	if (!to_broker && done)
		done(context, ZT_OK);
	return ZT_OK;
}
