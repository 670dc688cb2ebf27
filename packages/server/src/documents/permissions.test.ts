import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasCode } from '../errors.ts';
import {
  type Action,
  assertAllowed,
  assertMayHandOn,
  assertMayUpload,
  type Caller,
  everything,
  narrowed,
  type Rights,
  reaches,
  readingOnly,
} from './permissions.ts';

const document = { id: 'd1', recordId: 'acme/1', type: 'id' };
const caller = (rights: Partial<Rights>): Caller => ({
  actor: { kind: 'key', id: 'k1' },
  key: 'k1',
  requestId: 'r1',
  rights: { ...everything, ...rights },
});
const refused = (action: Action) => (error: unknown) =>
  hasCode(error, 'not_allowed') && error.parameters.action === action;
const invalid = (field: string) => (error: unknown) =>
  hasCode(error, 'invalid_input') && error.parameters.field === field;

describe('permissions', () => {
  test('an action that the rights do not name is not allowed', () => {
    const reader = caller({ actions: new Set<Action>(['read']) });
    assertAllowed(reader, 'read');
    assert.throws(() => assertAllowed(reader, 'delete'), refused('delete'));
  });

  test('a document is there when record, prefix, type and id all let it be', () => {
    for (const reach of [
      everything,
      { ...everything, recordId: 'acme/1' },
      { ...everything, recordPrefix: 'acme/' },
      { ...everything, types: ['contract', 'id'] },
      readingOnly('d1'),
    ])
      assert.equal(reaches(reach, document), true, JSON.stringify(reach));
    for (const reach of [
      { ...everything, recordId: 'acme/' },
      { ...everything, recordId: 'acme/12' },
      { ...everything, recordPrefix: 'acme/12' },
      { ...everything, recordPrefix: 'cme' },
      { ...everything, recordPrefix: 'ACME' },
      { ...everything, types: ['contract'] },
      { ...everything, recordId: 'acme/1', types: [] },
      readingOnly('d2'),
    ])
      assert.equal(reaches(reach, document), false, JSON.stringify(reach));
  });

  test('an upload goes where the caller reaches, and nowhere else', () => {
    assertMayUpload(caller({ recordPrefix: 'acme/', types: ['id'] }), document);
    for (const rights of [
      { recordPrefix: 'other/' },
      { recordId: 'acme/2' },
      { types: ['contract'] },
      { actions: new Set<Action>(['read']) },
      { documentId: 'd1' },
    ])
      assert.throws(() => assertMayUpload(caller(rights), document), refused('upload'));
  });

  test('a list is narrowed to what the caller reaches, or says what leads out of it', () => {
    assert.deepEqual(narrowed(everything, { type: 'id' }), { type: 'id' });
    const bound = { ...everything, recordId: 'acme/1', types: ['id', 'contract'] };
    assert.deepEqual(narrowed(bound, {}), { recordId: 'acme/1', types: ['id', 'contract'] });
    assert.deepEqual(narrowed(bound, { type: 'id' }), { recordId: 'acme/1', type: 'id' });
    assert.throws(() => narrowed(bound, { recordId: 'acme/2' }), invalid('recordId'));
    assert.throws(() => narrowed(bound, { type: 'other' }), invalid('type'));
    const prefixed = { ...everything, recordPrefix: 'acme/' };
    assert.deepEqual(narrowed(prefixed, { recordId: 'acme/1' }), { recordId: 'acme/1' });
    for (const filter of [{}, { recordId: 'other' }, { recordId: '' }])
      assert.throws(() => narrowed(prefixed, filter), invalid('recordId'));
  });

  test('nobody hands on more than they have', () => {
    const tenant = caller({ actions: new Set<Action>(['read', 'grant']), recordPrefix: 'acme/' });
    assertMayHandOn(tenant, { actions: ['read'], recordId: 'acme/1' });
    assertMayHandOn(tenant, { actions: ['read', 'grant'], recordPrefix: 'acme/1' });
    assert.throws(
      () => assertMayHandOn(tenant, { actions: ['read', 'list'], recordId: 'acme/1' }),
      refused('list'),
    );
    assert.throws(() => assertMayHandOn(tenant, { actions: ['read'], recordId: 'other' }), refused('read'));
    assert.throws(
      () => assertMayHandOn(tenant, { actions: ['read'], recordPrefix: 'acme' }),
      refused('read'),
    );
    assert.throws(() => assertMayHandOn(tenant, { actions: ['read'] }), refused('read'));
    assertMayHandOn(caller({}), { actions: ['keys'] });
  });
});
