zt_fuzz(sql DEPS cloud_sql)
