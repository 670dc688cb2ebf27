import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { uuidv7 } from '../../src/documents/uuid.ts';
import type { Records } from '../../src/records/records.ts';
import type { Ending } from '../harness.ts';
import { describeAccess } from './document-records-access.ts';
import { describeFinding } from './document-records-finding.ts';
import { describeIdempotency } from './document-records-idempotency.ts';
import { describeQueue } from './document-records-queue.ts';
import { refuses } from './document-records-refusals.ts';
import { abandoned, available, receiving, sha256 } from './document-records-samples.ts';
import { describeSearching } from './document-records-searching.ts';
import { describeTransitions } from './document-records-transitions.ts';
import { describeUploadEnds } from './document-records-upload-ends.ts';
import { describeUploads } from './document-records-uploads.ts';
import { describeWriting } from './document-records-writing.ts';

/** Two connections to one set of records, as two processes would have them. */
export interface Opened {
  readonly records: Records;
  readonly second: Records;
}

/** What every keeper of records must do; see the port in src/records/document-records.ts. */
export function documentRecordsContract(name: string, open: (t: Ending) => Promise<Opened>): void {
  describe(`records on ${name}`, () => {
    let opened: Opened;
    const undo: (() => unknown)[] = [];
    before(async () => {
      opened = await open({ after: (last) => void undo.push(last as () => unknown) });
    });
    after(async () => {
      await opened?.records.close();
      await opened?.second.close();
      for (const last of undo) await last();
    });
    const both = () => opened;

    describeWriting(both);
    describeTransitions(both);
    describeQueue(both);
    describeUploads(both);
    describeUploadEnds(both);
    describeForgetting(both);
    describeIdempotency(both);
    describeFinding(both);
    describeSearching(both);
    describeKeys(both);
    describeAccess(both);
  });
}

function describeForgetting(opened: () => Opened): void {
  test('forgetting takes the row and its history, and only when its bytes are gone', async () => {
    const { records } = opened();
    const kept = await available(records);
    await assert.rejects(
      records.forget(kept.id),
      refuses('state_conflict', { id: kept.id, state: 'available' }),
    );
    assert.equal((await records.events(kept.id)).length, 2);
    const gone = await abandoned(records);
    await records.forget(gone.id);
    assert.equal(await records.get(gone.id), null);
    assert.deepEqual(await records.events(gone.id), []);
    await records.forget(gone.id);
    assert.deepEqual(await records.get(kept.id), kept);
  });

  test('keys that a row names are known', async () => {
    const { records } = opened();
    const recordId = `11111111-1111-1111-1111-${randomUUID()}`;
    const documents = [await available(records), await receiving(records, { recordId })];
    const keys = documents.map((document) => document.storage.key);
    const unknown = [
      `${keys[0]}x`,
      `x${keys[0]}`,
      `a/b/${uuidv7()}.pdf`,
      '',
      'no id',
      keys[0]?.toUpperCase() ?? '',
    ];
    assert.deepEqual(await records.known([...unknown, ...keys, ...keys]), new Set(keys));
    assert.deepEqual(await records.known([]), new Set());
  });
}

function describeKeys(opened: () => Opened): void {
  test('API keys are kept, listed newest first, and revoked once', async () => {
    const { records } = opened();
    const key = (id: string, createdAt: number) => ({
      id,
      name: `Büro ${id}`,
      hash: sha256,
      createdAt: new Date(createdAt),
      revokedAt: null,
      scopes: id === 'a' ? null : ['documents:read', 'grants:create'],
      recordPrefix: id === 'a' ? null : 'büro/',
    });
    const [older, newer] = [key('a', 1_000), key('b', 2_000)];
    await records.createKey(newer);
    await records.createKey(older);
    assert.deepEqual(await records.keys(), [newer, older]);
    assert.deepEqual(await records.findKey('a'), older);
    for (const id of ['c', 'A', '', 'a\0', '\ud800']) assert.equal(await records.findKey(id), null);
    assert.equal(await records.revokeKey('a', new Date(3_000)), true);
    assert.equal(await records.revokeKey('a', new Date(4_000)), true);
    assert.equal(await records.revokeKey('c', new Date(4_000)), false);
    assert.deepEqual(await records.findKey('a'), { ...older, revokedAt: new Date(3_000) });
    await assert.rejects(records.createKey(newer), refuses('internal'));
  });

  test('a code to sign in is used once, in its time, and is remembered as used', async () => {
    const { records, second } = opened();
    const expiresAt = new Date(Date.now() + 60_000);
    const code = (name: string) => ({ hash: `${name} ${sha256}`, key: `key of ${name}`, expiresAt });
    const [one, late] = [code('one'), { ...code('late'), expiresAt: new Date(Date.now() - 1) }];
    await records.createCode(one);
    await records.createCode(late);
    assert.deepEqual(await second.findCode(one.hash), { ...one, usedAt: null });
    assert.equal(await records.findCode('nobody’s'), null);
    assert.equal(await records.useCode(late.hash, new Date()), null);
    assert.equal(await records.hasUsedCode(one.key), false);
    const at = new Date();
    const tries = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? records : second).useCode(one.hash, at)),
    );
    assert.deepEqual(
      tries.filter((each) => each !== null),
      [one],
    );
    assert.deepEqual(await records.findCode(one.hash), { ...one, usedAt: at });
    assert.equal(await second.hasUsedCode(one.key), true);
    await records.createCode(code('another'));
    assert.equal(await records.findCode(late.hash), null, 'what expired unused is swept');
    assert.notEqual(await records.findCode(one.hash), null);
  });

  test('of racing values the first is kept, and everyone is told it', async () => {
    const { records, second } = opened();
    assert.equal(await records.kept('deployment'), null);
    const told = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? records : second).keepOnce('deployment', `value-${index}`),
      ),
    );
    assert.equal(new Set(told).size, 1);
    assert.equal(await second.kept('deployment'), told[0]);
    assert.equal(await records.keepOnce('Deployment', 'other'), 'other');
  });

  test('the records answer a ping and say where they are', async () => {
    const { records } = opened();
    await records.ping();
    assert.match(records.describe(), /^(SQLite in .*strongroom\.db|PostgreSQL at [^:@]+:\d+\/\w+)$/);
  });
}
