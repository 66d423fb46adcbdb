-- One role and one schema per service; no role sees another's schema. Run once, as a superuser, in the database of duban:
--   psql -v ON_ERROR_STOP=1 -d duban -f deploy/postgres/roles_and_schemas.sql
-- and then give each role its password with \password. Running it again changes nothing.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['intake', 'escalation', 'scoring', 'notify']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', name, name)
FROM unnest(ARRAY['intake', 'escalation', 'scoring', 'notify']) AS name
\gexec

-- Nobody creates schemas or writes to `public`; each role may only connect.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO intake, escalation, scoring, notify', current_database())
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
