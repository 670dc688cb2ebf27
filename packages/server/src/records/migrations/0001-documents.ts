import type { Types } from './migrations.ts';

/**
 * The first schema.
 *
 * Times are epoch milliseconds. Text is compared by bytes. `size` is -1 until the bytes have arrived, so that keyset
 * comparisons never meet a NULL, which the two databases order differently. `metadata` and `details` are JSON as text,
 * so that they come back as they went in (PostgreSQL's jsonb refuses an escaped NUL and drops doubled names).
 * `due_at` is the chores' queue and the lease at once: NULL means that no chore wants the row.
 * Events are in the order of the revisions they led to: clocks of two servers may differ.
 *
 * The eight list indexes let every offered filter and sort be read in order from the first row wanted to the last;
 * find-query.ts says how, and why they begin with an expression. docs/decisions/0004-records.md says what they cost.
 */
export const documents = ({ id, text, integer, clustered }: Types): string[] => [
  `CREATE TABLE documents (
    id ${id} NOT NULL PRIMARY KEY,
    record_id ${text} NOT NULL,
    type ${text} NOT NULL,
    filename ${text} NOT NULL,
    content_type ${text} NOT NULL,
    size ${integer} NOT NULL,
    sha256 ${text},
    state ${text} NOT NULL,
    state_before ${text},
    store ${text} NOT NULL,
    bucket ${text},
    key ${text} NOT NULL,
    version_id ${text},
    storage_class ${text},
    metadata ${text} NOT NULL,
    replaces ${id},
    created_at ${integer} NOT NULL,
    created_by_kind ${text} NOT NULL,
    created_by_id ${text} NOT NULL,
    updated_at ${integer} NOT NULL,
    archived_at ${integer},
    deleted_at ${integer},
    purge_after ${integer},
    revision ${integer} NOT NULL,
    due_at ${integer},
    looks ${integer} NOT NULL
  )${clustered}`,

  'CREATE INDEX documents_due ON documents (state, due_at) WHERE due_at IS NOT NULL',

  `CREATE INDEX documents_by_created_at
    ON documents (('created_at/' || state), created_at, id)`,
  `CREATE INDEX documents_type_by_created_at
    ON documents (('created_at/' || state || '/' || type), created_at, id)`,
  `CREATE INDEX documents_record_by_created_at
    ON documents (('created_at/' || state || '/' || record_id), created_at, id)`,
  `CREATE INDEX documents_record_by_filename
    ON documents (('filename/' || state || '/' || record_id), filename, id)`,
  `CREATE INDEX documents_record_by_size
    ON documents (('size/' || state || '/' || record_id), size, id)`,
  `CREATE INDEX documents_record_type_by_created_at
    ON documents (('created_at/' || state || '/' || type || '/' || record_id), created_at, id)`,
  `CREATE INDEX documents_record_type_by_filename
    ON documents (('filename/' || state || '/' || type || '/' || record_id), filename, id)`,
  `CREATE INDEX documents_record_type_by_size
    ON documents (('size/' || state || '/' || type || '/' || record_id), size, id)`,

  `CREATE TABLE events (
    document_id ${id} NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    revision ${integer} NOT NULL,
    id ${id} NOT NULL,
    at ${integer} NOT NULL,
    action ${text} NOT NULL,
    actor_kind ${text} NOT NULL,
    actor_id ${text} NOT NULL,
    request_id ${text},
    details ${text} NOT NULL,
    PRIMARY KEY (document_id, revision, id)
  )${clustered}`,

  `CREATE TABLE idempotency (
    scope ${text} NOT NULL,
    key ${text} NOT NULL,
    fingerprint ${text} NOT NULL,
    document_id ${id} NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    expires_at ${integer} NOT NULL,
    PRIMARY KEY (scope, key)
  )${clustered}`,
  'CREATE INDEX idempotency_document ON idempotency (document_id)',
  'CREATE INDEX idempotency_expiry ON idempotency (expires_at)',

  `CREATE TABLE api_keys (
    id ${text} NOT NULL PRIMARY KEY,
    name ${text} NOT NULL,
    hash ${text} NOT NULL,
    created_at ${integer} NOT NULL,
    revoked_at ${integer}
  )${clustered}`,

  `CREATE TABLE kept (
    name ${text} NOT NULL PRIMARY KEY,
    value ${text} NOT NULL
  )${clustered}`,
];
