-- Why: the control plane needs containers, their four kinds of policy, and their tags.
--
-- A container is one per account, region and name. Its id is never used again (AUTOINCREMENT), so that rows of a later migration which
-- hang on a container, such as object records, can never slide under a new container of the same name.
CREATE TABLE container (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    account        TEXT    NOT NULL,
    region         TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    label          TEXT    NOT NULL UNIQUE, -- first part of the data endpoint's host
    created_at     INTEGER NOT NULL,        -- milliseconds since 1970, as all times here
    active_at      INTEGER NOT NULL,        -- CREATING before, ACTIVE from then on
    gone_at        INTEGER,                 -- set by a delete: DELETING before, not there from then on
    access_logging INTEGER NOT NULL,
    UNIQUE (account, region, name)
) STRICT;

-- The few containers that are being deleted are found without reading the others.
CREATE INDEX container_gone ON container (gone_at) WHERE gone_at IS NOT NULL;

-- The text of a policy is kept as it was put. A row that is not there means: none, or for the container policy, the default.
CREATE TABLE policy (
    container_id INTEGER NOT NULL REFERENCES container (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL CHECK (kind IN ('container', 'cors', 'lifecycle', 'metric')),
    text         TEXT    NOT NULL,
    PRIMARY KEY (container_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
    container_id INTEGER NOT NULL REFERENCES container (id) ON DELETE CASCADE,
    key          TEXT    NOT NULL,
    value        TEXT    NOT NULL,
    PRIMARY KEY (container_id, key)
) STRICT, WITHOUT ROWID;
