import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Strongroom, StrongroomError } from '@strongroom/client';
import { pdf } from '../../server/test/fixtures/make.ts';
import { startServer } from '../../server/test/harness.ts';

test('a document from its upload to its end', async (t) => {
  const { url, key } = await startServer(t);
  const strongroom = new Strongroom({ url, token: key });
  const bytes = pdf();
  const progress: { sent: number; total: number | null }[] = [];
  const document = await strongroom.upload(bytes, {
    recordId: 'a/b c',
    type: 'contract',
    filename: 'Vertrag ü.pdf',
    metadata: { case: '42' },
    onProgress: (each) => progress.push(each),
  });
  assert.deepEqual(
    [document.recordId, document.filename, document.metadata, document.contentType],
    ['a/b c', 'Vertrag ü.pdf', { case: '42' }, 'application/pdf'],
  );
  assert.deepEqual(progress.at(-1), { sent: bytes.length, total: bytes.length });
  assert.deepEqual(await strongroom.get(document.id), document);
  const content = await strongroom.content(document.id);
  assert.deepEqual(Buffer.from(await content.arrayBuffer()), Buffer.from(bytes));
  const link = await strongroom.link(document.id, { expiresIn: 60 });
  assert.equal((await fetch(link.url)).status, 200);
  const changed = await strongroom.update(document.id, { filename: 'neu.pdf' }, document);
  assert.equal(changed.filename, 'neu.pdf');
  assert.equal((await strongroom.archive(document.id)).state, 'archived');
  assert.equal((await strongroom.unarchive(document.id)).state, 'available');
  assert.equal((await strongroom.remove(document.id))?.state, 'deleted');
  assert.equal((await strongroom.restore(document.id)).state, 'available');
  const actions: string[] = [];
  for await (const { action } of strongroom.events(document.id, { limit: 2 })) actions.push(action);
  assert.equal(actions.length, 7);
  await assert.rejects(strongroom.update(document.id, { filename: 'x' }, { revision: 1 }), (error) => {
    assert.ok(error instanceof StrongroomError);
    assert.deepEqual([error.code, error.status, error.retryable], ['revision_conflict', 412, false]);
    assert.equal(typeof error.parameters.revision, 'number');
    assert.ok(error.requestId);
    return true;
  });
});
