-- What no month was made for is looked through by time with every purge (0045), under the lock of whoever writes: not all of it.
create index bodies_rest_by_time on bodies_rest (receive_time_us);
