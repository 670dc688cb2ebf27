import type { Types } from './migrations.ts';

/**
 * Where uploads stand that go on over several requests: one row beside a document in `receiving`, and the parts that its
 * store made of it so far. When such an upload is given up says its document's `due_at`. `durable` is the offset, and
 * `length` NULL until it is said; `state` is the store's own, `claims` the client's, both JSON as text.
 *
 * Parts have rows of their own: there may be 10,000, and each call writes the row of its upload anew.
 */
export const uploads = ({ id, text, integer, clustered }: Types): string[] => [
  `CREATE TABLE uploads (
    document_id ${id} NOT NULL PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    transport ${text} NOT NULL,
    length ${integer},
    durable ${integer} NOT NULL,
    fence ${integer} NOT NULL,
    state ${text} NOT NULL,
    claims ${text} NOT NULL
  )${clustered}`,

  `CREATE TABLE upload_parts (
    document_id ${id} NOT NULL REFERENCES uploads (document_id) ON DELETE CASCADE,
    number ${integer} NOT NULL,
    size ${integer} NOT NULL,
    etag ${text} NOT NULL,
    checksum ${text},
    PRIMARY KEY (document_id, number)
  )${clustered}`,
];
