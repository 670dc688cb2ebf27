import { states } from '../../../documents/document.ts';
import { archived, auth, changed, document, history, id, restored, trashed } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { Document, DocumentList, EventList, Metadata } from '../schemas.ts';
import { idParameter } from './upload.ts';

const instant = {
  anyOf: [
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date' },
  ],
};

const onePage = {
  limit: {
    description: 'Items on one page.',
    example: 50,
    schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  },
  cursor: { description: 'The `nextCursor` of the page before.', example: 'eyJsaXN0aW5nIjoi…' },
};

const listDocuments: Operation = {
  route: 'GET /v1/documents',
  operationId: 'listDocuments',
  tag: 'Documents',
  summary: 'List documents',
  description:
    'Newest first, a page at a time. For the next page send the same query with `cursor` set to the `nextCursor` of the last; a cursor does not fit another filter or order. What is uploaded or deleted meanwhile shifts no page. Without `state` it shows inspecting, available, archived and quarantined ones.\n\nWith `q` it is a search: first the documents of records whose id begins so, by that id and time, then those whose filename begins so, by name. Names are compared with compatibility forms and marks made alike (NFKD), in lower case, by their first 100 characters: `ubersicht` finds `Übersicht.pdf`; a record’s id is taken as it is. With `recordId` it looks at names alone. A page of a search may hold fewer documents than `limit` while there is a `nextCursor`.',
  parameters: {
    q: {
      description:
        'What the record’s id or the filename begins with. Goes with `recordId`, `type`, `limit`, `cursor` and those of `state` that have a name: not receiving, abandoned, purging, purged.',
      example: 'pass',
      schema: { minLength: 1, maxLength: 100 },
    },
    recordId: { description: 'Those of this record.', example: 'inquiry-1' },
    type: { description: 'Those of this document type.', example: 'id' },
    state: {
      description: 'Those in these states: a comma list, or `all`.',
      example: 'available,archived',
      schema: { pattern: `^(all|(${states.join('|')})(,(${states.join('|')}))*)$` },
    },
    createdAfter: {
      description:
        'ISO 8601 with its offset from UTC, or a date, which begins at midnight UTC; itself not included. Goes with a sort by `createdAt`. A + in a query is written %2B.',
      example: '2025-11-01T00:00:00Z',
      schema: instant,
    },
    createdBefore: {
      description: 'As `createdAfter`.',
      example: '2025-12-01',
      schema: instant,
    },
    sort: {
      description: '`-createdAt`: newest first. `filename` and `size` go with `recordId` only.',
      example: '-createdAt',
      schema: { default: '-createdAt' },
    },
    ...onePage,
  },
  answers: {
    200: {
      description: 'A page.',
      content: {
        'application/json': { schema: DocumentList, example: { items: [document], nextCursor: null } },
      },
    },
  },
  problems: ['invalid_input'],
  curl: `curl -sS ${auth} \\
  "{server}/v1/documents?recordId=inquiry-1&limit=20"`,
};

const getDocument: Operation = {
  route: 'GET /v1/documents/{id}',
  operationId: 'getDocument',
  tag: 'Documents',
  summary: 'Read what is known of a document',
  description:
    'In every state, until it is forgotten. A purged document keeps no filename and no metadata. Its bytes are at `…/content`.',
  parameters: idParameter,
  answers: {
    200: {
      description: 'The document.',
      headers: { ETag: true },
      content: { 'application/json': { schema: Document, example: document } },
    },
  },
  problems: ['document_missing'],
  curl: `curl -sS ${auth} \\
  {server}/v1/documents/${id}`,
};

const changeDocument: Operation = {
  route: 'PATCH /v1/documents/{id}',
  operationId: 'changeDocument',
  tag: 'Documents',
  summary: 'Change filename or metadata',
  description:
    'Only what is named changes; `metadata` takes the place of the old one whole. Bytes never change: upload a new document that `replaces` this one. In the trash it can’t be changed (`document_deleted`).',
  parameters: idParameter,
  headers: {
    'If-Match': {
      required: true,
      description:
        'The ETag of the document as it was last read (RFC 9110 §13.1.1), or `*` for whatever it is now. Missing: `revision_required`; stale: `revision_conflict`.',
      example: '"2"',
      schema: { type: 'string', pattern: '^(\\*|"\\d+")$' },
    },
  },
  body: {
    required: true,
    description: 'What is to change, as JSON in UTF-8 of at most 64 KiB.',
    content: {
      'application/json': {
        schema: { validatedAs: 'DocumentChanges' },
        example: { filename: 'passport-front.jpg' },
        properties: {
          filename: {
            description: 'Cleaned and kept; never refused.',
            example: 'passport-front.jpg',
          },
          metadata: {
            description: 'Takes the place of the old one whole.',
            example: { case: '42' },
            as: Metadata,
          },
        },
      },
    },
  },
  answers: {
    200: {
      description: 'The document as it is now.',
      headers: { ETag: true },
      content: { 'application/json': { schema: Document, example: changed } },
    },
  },
  problems: [
    'document_missing',
    'document_deleted',
    'state_conflict',
    'revision_required',
    'revision_conflict',
  ],
  curl: `curl -sS -X PATCH ${auth} -H 'If-Match: "2"' -H 'Content-Type: application/json' \\
  -d '{"filename":"passport-front.jpg"}' {server}/v1/documents/${id}`,
};

const deleteDocument: Operation = {
  route: 'DELETE /v1/documents/{id}',
  operationId: 'deleteDocument',
  tag: 'Documents',
  summary: 'Delete a document',
  description:
    'By the rule of its type it goes into the trash until `purgeAfter` (202), or is gone now (204). An upload that is under way is abandoned (204). A repeat gives the same answer.',
  parameters: idParameter,
  answers: {
    202: {
      description: 'It is in the trash and can be restored until `purgeAfter`.',
      headers: { ETag: true },
      content: { 'application/json': { schema: Document, example: trashed } },
    },
    204: { description: 'It is gone.' },
  },
  problems: ['document_missing', 'state_conflict', 'invalid_input'],
  curl: `curl -sS -X DELETE ${auth} \\
  {server}/v1/documents/${id}`,
};

const listEvents: Operation = {
  route: 'GET /v1/documents/{id}/events',
  operationId: 'listEvents',
  tag: 'Documents',
  summary: 'Read a document’s history',
  description:
    'Oldest first, a page at a time: one line for each change, written in one transaction with it.',
  parameters: { ...idParameter, ...onePage },
  answers: {
    200: {
      description: 'A page.',
      content: {
        'application/json': { schema: EventList, example: { items: history, nextCursor: null } },
      },
    },
  },
  problems: ['document_missing', 'invalid_input'],
  curl: `curl -sS ${auth} \\
  {server}/v1/documents/${id}/events`,
};

function move(
  name: 'archive' | 'unarchive' | 'restore',
  summary: string,
  description: string,
  example: Document,
): Operation {
  return {
    route: `POST /v1/documents/{id}/${name}`,
    operationId: `${name}Document`,
    tag: 'Documents',
    summary,
    description: `${description} A repeat gives the same answer. It takes no body.`,
    parameters: idParameter,
    answers: {
      200: {
        description: 'The document as it is now.',
        headers: { ETag: true },
        content: { 'application/json': { schema: Document, example } },
      },
    },
    problems: ['document_missing', 'state_conflict', 'invalid_input'],
    curl: `curl -sS -X POST ${auth} \\
  {server}/v1/documents/${id}/${name}`,
  };
}

export const documents: readonly Operation[] = [
  listDocuments,
  getDocument,
  changeDocument,
  deleteDocument,
  move(
    'restore',
    'Restore a document',
    'Out of the trash, into the state that it had before. Possible until `purgeAfter`.',
    restored,
  ),
  move('archive', 'Archive a document', 'Sets it aside: its state says so, and it stays readable.', archived),
  move('unarchive', 'Take a document out of the archive', 'It is `available` again.', restored),
  listEvents,
];
