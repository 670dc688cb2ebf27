/** Uploads straight to the bucket, in Node, that lose an answer or must go around. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { needs } from '../../server/test/harness.ts';
import { bytes, directHouse, file, left, sha256, wanted } from './direct-house.ts';
import { failure } from './pages-of-others.ts';

const skip = needs('s3') || needs('postgres');
const house = skip ? null : await directHouse({ after });

describe('an upload straight to the bucket', { skip }, () => {
  it('is one document when the first answer is lost, and when the last is', async () => {
    const { strongroom, service } = house as NonNullable<typeof house>;
    for (const to of [/^POST \/v1\/direct-uploads HTTP/, /^POST \/v1\/direct-uploads\/.{0,20}/]) {
      const options = wanted();
      const cuts = service.cuts;
      await service.cut('down', 1, { once: true, to });
      const document = await strongroom.upload(file, options);
      assert.deepEqual([document.sha256, service.cuts], [sha256, cuts + 1]);
      assert.deepEqual(await left(strongroom, options), ['available']);
    }
  });

  it('goes by tus where its bytes are not what is claimed of them', async () => {
    const { strongroom } = house as NonNullable<typeof house>;
    const options = wanted();
    const misnamed = new File([bytes], 'scan.jpg', { type: 'image/jpeg' });
    const upload = strongroom.startUpload(misnamed, options);
    const document = await upload.done;
    assert.deepEqual([upload.transport, document.contentType], ['tus', 'application/pdf']);
    const error = await failure(strongroom.upload(misnamed, { ...options, transport: 'direct' }));
    assert.equal(error.code, 'type_refused');
    assert.deepEqual(await left(strongroom, options), ['available']);
  });

  it('goes around by tus where the bucket can’t be reached, and so do those after it', async (t) => {
    const { store, strongroom } = await directHouse(t);
    await store.refuse();
    const options = wanted();
    for (const _ of [1, 2]) {
      const upload = strongroom.startUpload(file, options);
      const { sha256: digest, state } = await upload.done;
      assert.deepEqual([upload.transport, digest, state], ['tus', sha256, 'available']);
    }
    assert.deepEqual(await left(strongroom, options), ['available', 'available']);
    const error = await failure(strongroom.upload(file, { ...options, transport: 'direct' }));
    assert.equal(error.code, 'bucket_out_of_reach');
  });
});
