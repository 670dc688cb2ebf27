import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { s3AndPostgres } from '../acceptance/backends.ts';
import type { ApiClient } from '../acceptance/client.ts';
import { testFolder } from '../harness.ts';
import { bodyOf } from './body.ts';
import { buildHouse } from './house.ts';
import { type Entry, Ledger, type Upload } from './ledger.ts';
import { searchForLeftovers } from './leftovers.ts';
import { judgeAll, runRounds } from './rounds.ts';
import { summaryOf } from './summary.ts';
import { hold, holdTrash } from './verdict.ts';

const seed = Number(process.env.STRONGROOM_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** The long run is `npm run test:kill`. */
describe('the kill harness', () => {
  test(`a round leaves what was acknowledged and nothing else, seed ${seed}`, {
    skip: s3AndPostgres.missing(),
  }, async (t) => {
    const house = await buildHouse(t, await testFolder(t), await s3AndPostgres.prepare(t));
    await runRounds({ ...house, seed, run: 'short' }, 1, () => {});
    await judgeAll({ ...house, seed, run: 'short' });
    summaryOf(house.account, 0).forEach((line) => void t.diagnostic(line));
    assert.deepEqual(house.account.findings, []);
    assert.ok(house.account.counts.kills >= 3);
  });

  test('finds what is planted', async (t) => {
    const folder = await testFolder(t);
    const { sites, ledger, account } = await buildHouse(t, folder, null);
    const [site] = sites;
    const [api] = site?.apis ?? [];
    assert.ok(site && api);
    await site.start();
    const objects = join(folder, 'solo-1', 'objects');
    const kept: { entry: Entry; file: string }[] = [];
    for (const name of ['whole', 'changed', 'lost', 'emptied']) {
      const { entry, key } = await keep(ledger, api, name);
      kept.push({ entry, file: join(objects, key) });
    }
    const found = async () => {
      const seen = account.findings.length;
      await hold({ site: site.name, apis: site.apis, ledger, account }, [...ledger.entries()]);
      await searchForLeftovers(site, ledger);
      return account.findings.slice(seen).map(({ kind, what }) => `${kind}: ${what}`);
    };
    assert.deepEqual(await found(), []);

    const [, changed, lost, emptied] = kept;
    assert.ok(changed && lost && emptied);
    await writeFile(changed.file, (await readFile(changed.file, 'utf8')).replace('c', 'C'));
    await rm(lost.file);
    await writeFile(emptied.file, '');
    ledger.begin({ ...planted('never sent'), sha256: '' });
    await keep(ledger, api, 'mistaken', { sha256: 'of other bytes' });
    await keep(new Ledger(join(folder, 'another.jsonl')), api, 'unheard of');
    await mkdir(join(objects, '.strongroom', 'tmp'), { recursive: true });
    await appendFile(join(objects, '.strongroom', 'tmp', 'half'), 'half');
    await appendFile(join(dirname(changed.file), 'stray.txt'), 'stray');
    await mkdir(join(objects, 'hollow'));
    const lines = (await found()).join('\n');
    for (const sign of [
      /loss: .*"recordId":"mistaken".* was read as 100 bytes/,
      /loss: .*"recordId":"changed".* was answered 500/,
      /loss: .*"recordId":"lost".* was answered 500/,
      /loss: the object lost\/kept\/.* is not there/,
      /loss: .*"recordId":"emptied"/,
      /leftover: nobody knows of .*"unheard of"/,
      /leftover: half-written: .*half/,
      /leftover: the object changed\/kept\/stray\.txt has no record/,
      /leftover: left behind: .*hollow/,
    ]) {
      assert.match(lines, sign);
    }
    assert.doesNotMatch(lines, /"recordId":"(whole|never sent)"/);

    ledger.note(changed.entry, { may: ['gone'] });
    assert.match((await found()).join('\n'), /loss: .*"recordId":"changed".*"may":\["gone"\].* is 200/);

    const binned = await keep(ledger, api, 'binned');
    assert.equal((await api.send('DELETE', `/v1/documents/${binned.entry.id}`)).status, 202);
    ledger.note(binned.entry, { may: ['deleted'] });
    const file = join(objects, binned.key);
    await writeFile(file, (await readFile(file, 'utf8')).replace('b', 'B'));
    await holdTrash({ site: site.name, apis: site.apis, ledger, account }, [...ledger.entries()]);
    assert.match(account.findings.at(-1)?.what ?? '', /"recordId":"binned".* was answered 500/);

    await site.powerCut();
    assert.ok(account.found('fault') > 0, 'the log of the dead is read');
  });
});

/** Uploads 100 bytes, as the ledger has it from now on. */
async function keep(
  ledger: Ledger,
  api: ApiClient,
  recordId: string,
  noted: Partial<Upload> = {},
): Promise<{ entry: Entry; key: string }> {
  const { payload, sha256 } = bodyOf(recordId, 100);
  const begun = ledger.begin({ ...planted(recordId), sha256, ...noted });
  const { status, body } = await api.upload('raw', { recordId, type: 'kept', filename: 'a.txt' }, payload());
  assert.equal(status, 201);
  return { entry: ledger.note(begun, { id: body.id, may: ['available'] }), key: body.storage.key ?? '' };
}

function planted(recordId: string) {
  const facts = { type: 'kept', way: 'raw', size: 100, idempotencyKey: null } as const;
  return { recordId, site: 'solo', owner: 'solo-1', ...facts };
}
