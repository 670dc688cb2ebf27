import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRecords } from './checkup.ts';

type Records = Parameters<typeof checkRecords>[0];
type Store = Parameters<typeof checkRecords>[1];

test('records of an earlier version are not migrated by being asked about', async () => {
  const records = {
    outlook: async () => 'migrate',
    connect: () => assert.fail('that migrates them'),
    describe: () => 'SQLite in a.db',
  } as Partial<Records> as Records;
  const settings = { records: { kind: 'sqlite', folder: '' }, apiKey: null, deployment: null } as const;
  const checks = await checkRecords(records, {} as Store, settings);
  assert.deepEqual(
    checks.map(({ name, result, ok }) => [name, result, ok]),
    [
      ['records', 'works', true],
      ['api_key', 'unknown', true],
      ['deployment', 'unknown', true],
    ],
  );
  assert.match(checks[0]?.detail ?? '', /earlier version .* next start migrates/);
});
