-- One database a service, on the one server of this compose file. Run once by the server's first start.
create database shuniu_registry;
create database shuniu_grants;
create database shuniu_partybuild;
create database shuniu_notify;
create database shuniu_console;
