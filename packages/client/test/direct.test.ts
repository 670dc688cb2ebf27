/** Uploads straight to the bucket, in Node, on Ceph and PostgreSQL. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { type Progress, Strongroom, type UploadPlace, type UploadPlaces } from '@strongroom/client';
import { needs } from '../../server/test/harness.ts';
import { bytes, directHouse, file, left, sha256, wanted } from './direct-house.ts';
import { failure } from './pages-of-others.ts';

const skip = needs('s3') || needs('postgres');
const house = skip ? null : await directHouse({ after });

describe('an upload straight to the bucket', { skip }, () => {
  it('is chosen for a large file, passes the service by, and is the same document', async () => {
    const { strongroom, service } = house as NonNullable<typeof house>;
    const [before, options, told] = [service.passed.up, wanted(), [] as Progress[]];
    const upload = strongroom.startUpload(file, { ...options, onProgress: (each) => void told.push(each) });
    const { id: _id, createdAt: _at, ...direct } = await upload.done;
    assert.deepEqual([upload.transport, direct.sha256, direct.state], ['direct', sha256, 'available']);
    assert.ok(service.passed.up - before < 20_000, `${service.passed.up - before} bytes went to the service`);
    const sent = told.map((each) => each.sent);
    assert.ok(sent.length > 20);
    assert.deepEqual(
      sent,
      sent.toSorted((a, b) => a - b),
    );
    assert.deepEqual(told.at(-1), { sent: bytes.length, total: bytes.length });
    const tus = await strongroom.upload(file, { ...options, transport: 'tus' });
    const { filename, contentType, size, metadata, state } = tus;
    assert.deepEqual(
      [direct.filename, direct.contentType, direct.size, direct.metadata, direct.state],
      [filename, contentType, size, metadata, state],
    );
  });

  it('sends again what a lost line took, and what a URL that has expired refused', async () => {
    const { strongroom, store } = house as NonNullable<typeof house>;
    const options = wanted();
    await store.cut('up', 5_000_000, { once: true, to: /^PUT / });
    const first = await strongroom.upload(file, options);
    assert.deepEqual([first.sha256, store.cuts], [sha256, 1]);
    const refused = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
    await store.answer(refused, { once: true, to: /^PUT / });
    const second = await strongroom.upload(file, options);
    assert.deepEqual([second.sha256, store.answers], [sha256, 1]);
    assert.deepEqual(await left(strongroom, options), ['available', 'available']);
  });

  it('goes by tus where what is signed is refused, with fresh URLs too', async () => {
    const { store, service, key } = house as NonNullable<typeof house>;
    const refused = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
    await store.answer(refused, { to: /^PUT / });
    const options = wanted();
    const strongroom = new Strongroom({ url: service.url, token: key });
    const upload = strongroom.startUpload(file, options);
    assert.deepEqual([(await upload.done).sha256, upload.transport], [sha256, 'tus']);
    await store.pass();
    assert.deepEqual(await left(strongroom, options), ['available']);
  });

  it('goes on with no other file, be it of the same name, size, time and ends', async () => {
    const { store, service, key } = house as NonNullable<typeof house>;
    const all = new Map<string, UploadPlace>();
    const places: UploadPlaces = {
      get: async (fingerprint) => all.get(fingerprint),
      set: async (place) => void all.set(place.fingerprint, place),
      delete: async (fingerprint) => void all.delete(fingerprint),
      list: async () => [...all.values()],
    };
    const client = (retries: number) => new Strongroom({ url: service.url, token: key, places, retries });
    const options = { ...wanted(), parallel: 1 };
    const changed = Buffer.from(bytes);
    changed[500_000] = (changed[500_000] ?? 0) ^ 1;
    const { name, type, lastModified } = file;
    let broken: Promise<void> | null = null;
    const onProgress = ({ sent }: Progress) => {
      if (sent > 17_500_000) broken ??= store.refuse();
    };
    await store.throttle(20_000_000);
    await failure(client(0).upload(file, { ...options, onProgress }));
    await broken;
    await store.pass();
    assert.ok([...all.values()].some(({ sent }) => sent > 0));
    const document = await client(4).upload(new File([changed], name, { type, lastModified }), options);
    assert.equal(document.sha256, createHash('sha256').update(changed).digest('hex'));
    assert.deepEqual([await left(client(0), options), all.size], [['available'], 0]);
  });

  it('leaves nothing when it is cancelled', async () => {
    const { strongroom, store } = house as NonNullable<typeof house>;
    const options = wanted();
    await store.throttle(20_000_000);
    const upload = strongroom.startUpload(file, {
      ...options,
      onProgress: ({ sent }) => void (sent > 10_000_000 && upload.cancel()),
    });
    assert.equal((await failure(upload.done)).code, 'aborted');
    await store.pass();
    assert.deepEqual(await left(strongroom, options), []);
  });
});
