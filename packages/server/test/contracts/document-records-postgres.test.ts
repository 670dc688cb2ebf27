import { test } from 'node:test';
import { openPostgresRecords } from '../../src/records/postgres.ts';
import { needs, testDatabase } from '../harness.ts';
import { documentRecordsContract } from './document-records.ts';

const skip = needs('postgres');
if (skip) {
  test('records on PostgreSQL', { skip });
} else {
  documentRecordsContract('PostgreSQL', async (t) => {
    const url = await testDatabase(t);
    const [records, second] = [openPostgresRecords({ url }), openPostgresRecords({ url })];
    await records.connect();
    await second.connect();
    return { records, second };
  });
}
