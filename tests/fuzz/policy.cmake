zt_fuzz(policy DEPS policy)
