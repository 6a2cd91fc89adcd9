-- Made by `shuniu database roles --prefix shuniu_`: one database a service, and its owner, runtime role and reader.
-- Run once by the server's first start; passwords come from the variables of that container.
-- shuniu_console
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_console_owner') then create role "shuniu_console_owner" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_console') then create role "shuniu_console" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_console_reader') then create role "shuniu_console_reader" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
select 'create database "shuniu_console" owner "shuniu_console_owner"' where not exists (select from pg_database where datname = 'shuniu_console') \gexec
alter database "shuniu_console" owner to "shuniu_console_owner";
revoke all on database "shuniu_console" from public;
grant connect on database "shuniu_console" to "shuniu_console", "shuniu_console_reader";
\unset password
\getenv password SHUNIU_OWNER_PASSWORD
\if :{?password}
alter role "shuniu_console_owner" password :'password';
\endif
\unset password
\getenv password SHUNIU_CONSOLE_PASSWORD
\if :{?password}
alter role "shuniu_console" password :'password';
\endif
\unset password
\getenv password SHUNIU_READER_PASSWORD
\if :{?password}
alter role "shuniu_console_reader" password :'password';
\endif
\connect "shuniu_console"
alter schema public owner to "shuniu_console_owner";
do $$ declare found record; begin
  for found in select c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a'))
  loop execute format('alter %s public.%I owner to "shuniu_console_owner"',
      case found.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, found.relname);
  end loop;
  for found in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public'
  loop execute format('alter function %s owner to "shuniu_console_owner"', found.name); end loop;
end $$;

-- shuniu_grants
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_grants_owner') then create role "shuniu_grants_owner" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_grants') then create role "shuniu_grants" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_grants_reader') then create role "shuniu_grants_reader" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
select 'create database "shuniu_grants" owner "shuniu_grants_owner"' where not exists (select from pg_database where datname = 'shuniu_grants') \gexec
alter database "shuniu_grants" owner to "shuniu_grants_owner";
revoke all on database "shuniu_grants" from public;
grant connect on database "shuniu_grants" to "shuniu_grants", "shuniu_grants_reader";
\unset password
\getenv password SHUNIU_OWNER_PASSWORD
\if :{?password}
alter role "shuniu_grants_owner" password :'password';
\endif
\unset password
\getenv password SHUNIU_GRANTS_PASSWORD
\if :{?password}
alter role "shuniu_grants" password :'password';
\endif
\unset password
\getenv password SHUNIU_READER_PASSWORD
\if :{?password}
alter role "shuniu_grants_reader" password :'password';
\endif
\connect "shuniu_grants"
alter schema public owner to "shuniu_grants_owner";
do $$ declare found record; begin
  for found in select c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a'))
  loop execute format('alter %s public.%I owner to "shuniu_grants_owner"',
      case found.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, found.relname);
  end loop;
  for found in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public'
  loop execute format('alter function %s owner to "shuniu_grants_owner"', found.name); end loop;
end $$;

-- shuniu_notify
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_notify_owner') then create role "shuniu_notify_owner" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_notify') then create role "shuniu_notify" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_notify_reader') then create role "shuniu_notify_reader" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
select 'create database "shuniu_notify" owner "shuniu_notify_owner"' where not exists (select from pg_database where datname = 'shuniu_notify') \gexec
alter database "shuniu_notify" owner to "shuniu_notify_owner";
revoke all on database "shuniu_notify" from public;
grant connect on database "shuniu_notify" to "shuniu_notify", "shuniu_notify_reader";
\unset password
\getenv password SHUNIU_OWNER_PASSWORD
\if :{?password}
alter role "shuniu_notify_owner" password :'password';
\endif
\unset password
\getenv password SHUNIU_NOTIFY_PASSWORD
\if :{?password}
alter role "shuniu_notify" password :'password';
\endif
\unset password
\getenv password SHUNIU_READER_PASSWORD
\if :{?password}
alter role "shuniu_notify_reader" password :'password';
\endif
\connect "shuniu_notify"
alter schema public owner to "shuniu_notify_owner";
do $$ declare found record; begin
  for found in select c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a'))
  loop execute format('alter %s public.%I owner to "shuniu_notify_owner"',
      case found.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, found.relname);
  end loop;
  for found in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public'
  loop execute format('alter function %s owner to "shuniu_notify_owner"', found.name); end loop;
end $$;

-- shuniu_partybuild
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_partybuild_owner') then create role "shuniu_partybuild_owner" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_partybuild') then create role "shuniu_partybuild" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_partybuild_reader') then create role "shuniu_partybuild_reader" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
select 'create database "shuniu_partybuild" owner "shuniu_partybuild_owner"' where not exists (select from pg_database where datname = 'shuniu_partybuild') \gexec
alter database "shuniu_partybuild" owner to "shuniu_partybuild_owner";
revoke all on database "shuniu_partybuild" from public;
grant connect on database "shuniu_partybuild" to "shuniu_partybuild", "shuniu_partybuild_reader";
\unset password
\getenv password SHUNIU_OWNER_PASSWORD
\if :{?password}
alter role "shuniu_partybuild_owner" password :'password';
\endif
\unset password
\getenv password SHUNIU_PARTYBUILD_PASSWORD
\if :{?password}
alter role "shuniu_partybuild" password :'password';
\endif
\unset password
\getenv password SHUNIU_READER_PASSWORD
\if :{?password}
alter role "shuniu_partybuild_reader" password :'password';
\endif
\connect "shuniu_partybuild"
alter schema public owner to "shuniu_partybuild_owner";
do $$ declare found record; begin
  for found in select c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a'))
  loop execute format('alter %s public.%I owner to "shuniu_partybuild_owner"',
      case found.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, found.relname);
  end loop;
  for found in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public'
  loop execute format('alter function %s owner to "shuniu_partybuild_owner"', found.name); end loop;
end $$;

-- shuniu_registry
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_registry_owner') then create role "shuniu_registry_owner" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_registry') then create role "shuniu_registry" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'shuniu_registry_reader') then create role "shuniu_registry_reader" login nosuperuser nocreatedb nocreaterole noreplication; end if; end $$;
select 'create database "shuniu_registry" owner "shuniu_registry_owner"' where not exists (select from pg_database where datname = 'shuniu_registry') \gexec
alter database "shuniu_registry" owner to "shuniu_registry_owner";
revoke all on database "shuniu_registry" from public;
grant connect on database "shuniu_registry" to "shuniu_registry", "shuniu_registry_reader";
\unset password
\getenv password SHUNIU_OWNER_PASSWORD
\if :{?password}
alter role "shuniu_registry_owner" password :'password';
\endif
\unset password
\getenv password SHUNIU_REGISTRY_PASSWORD
\if :{?password}
alter role "shuniu_registry" password :'password';
\endif
\unset password
\getenv password SHUNIU_READER_PASSWORD
\if :{?password}
alter role "shuniu_registry_reader" password :'password';
\endif
\connect "shuniu_registry"
alter schema public owner to "shuniu_registry_owner";
do $$ declare found record; begin
  for found in select c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'S')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a'))
  loop execute format('alter %s public.%I owner to "shuniu_registry_owner"',
      case found.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, found.relname);
  end loop;
  for found in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'public'
  loop execute format('alter function %s owner to "shuniu_registry_owner"', found.name); end loop;
end $$;
