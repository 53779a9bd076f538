-- Why: the data plane needs objects.
--
-- A row says what an object is; its body is a file named for the SHA-256 of its bytes, so that two objects of the same bytes share one.
CREATE TABLE object (
    container_id  INTEGER NOT NULL REFERENCES container (id) ON DELETE CASCADE,
    path          TEXT    NOT NULL,        -- without a leading slash; its order is that of its bytes
    sha256        BLOB    NOT NULL CHECK (length(sha256) = 32),
    size          INTEGER NOT NULL,        -- bytes
    content_type  TEXT    NOT NULL,
    cache_control TEXT,                    -- as it was put; absent if none was
    modified_at   INTEGER NOT NULL,        -- milliseconds since 1970, as all times here
    expires_at    INTEGER,                 -- transient data: not listed, and not there from then on
    PRIMARY KEY (container_id, path)
) STRICT, WITHOUT ROWID;

-- Whether a body is still in use.
CREATE INDEX object_sha256 ON object (sha256);

-- What the sweep of expired objects looks at.
CREATE INDEX object_expires ON object (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX object_modified ON object (container_id, modified_at);

-- Bodies that may have lost their last object. A file is removed only after the commit that made it garbage, or a crash could take the
-- body of an object that is still there. The triggers also see what goes with its container.
CREATE TABLE garbage (
    sha256 BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Not OR IGNORE: within a trigger, the conflict clause of the statement that fires it would be taken instead.
CREATE TRIGGER object_deleted AFTER DELETE ON object
WHEN NOT EXISTS (SELECT 1 FROM garbage WHERE sha256 = old.sha256)
BEGIN
    INSERT INTO garbage (sha256) VALUES (old.sha256);
END;

CREATE TRIGGER object_replaced AFTER UPDATE OF sha256 ON object
WHEN old.sha256 <> new.sha256 AND NOT EXISTS (SELECT 1 FROM garbage WHERE sha256 = old.sha256)
BEGIN
    INSERT INTO garbage (sha256) VALUES (old.sha256);
END;
