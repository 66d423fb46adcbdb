-- Two roles and one schema per service; no role sees another service's schema. Run once, as a superuser, in the database of
-- duban:
--   psql -v ON_ERROR_STOP=1 -d duban -f deploy/postgres/roles_and_schemas.sql
-- and then give each role its password with \password. Running it again changes nothing.
--
-- `<service>_owner` owns the schema and is used by `migrate`, and at night by `tidy`, which alone may erase; where nothing is tidied
-- it may be locked between releases (ALTER ROLE … NOLOGIN).
-- `<service>` is what consume, tick, relay, api and the commands log in as: `migrate` grants it what the service does with each
-- table, which is never UPDATE or DELETE on the records (service_chassis/persistence/rights.py).
-- `auditor` reads everything but informants' names, and writes nothing.
\set ON_ERROR_STOP on

CREATE TEMPORARY TABLE service AS SELECT unnest(ARRAY['intake', 'escalation', 'scoring', 'notify']) AS name;

SELECT format('CREATE ROLE %I LOGIN', role)
FROM (SELECT name FROM service UNION SELECT name || '_owner' FROM service UNION SELECT 'auditor') AS wanted(role)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec

SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', name, name || '_owner') FROM service
\gexec
SELECT format('GRANT USAGE ON SCHEMA %I TO %I, auditor', name, name) FROM service
\gexec

-- Nobody creates schemas or writes to `public`; each role may only connect.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), name, name || '_owner') FROM service
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO auditor', current_database())
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- The board keeps what it can build anew from the archive at any time, so its one role owns its schema. Nobody else reads it.
SELECT 'CREATE ROLE board LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'board')
\gexec
CREATE SCHEMA IF NOT EXISTS board AUTHORIZATION board;
SELECT format('GRANT CONNECT ON DATABASE %I TO board', current_database())
\gexec
