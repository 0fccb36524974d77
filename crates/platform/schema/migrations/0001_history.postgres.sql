create sequence number_inc;
