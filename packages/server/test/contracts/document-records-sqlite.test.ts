import { openSqliteRecords } from '../../src/records/sqlite.ts';
import { testFolder } from '../harness.ts';
import { documentRecordsContract } from './document-records.ts';

documentRecordsContract('SQLite', async (t) => {
  const folder = await testFolder(t);
  const records = openSqliteRecords({ folder });
  const second = openSqliteRecords({ folder, serving: false });
  await records.connect();
  await second.connect();
  return { records, second };
});
