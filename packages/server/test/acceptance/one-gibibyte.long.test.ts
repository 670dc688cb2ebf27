import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { paddedPdf } from '../fixtures/make.ts';
import { backends, startOn } from './backends.ts';
import { ApiClient, ways } from './client.ts';

const size = 1024 ** 3;

for (const backend of backends) {
  describe(`a padded PDF of 1 GiB on ${backend.name}`, { skip: backend.missing() }, () => {
    for (const way of ways) {
      test(`goes in (${way}) and comes out with the same digest`, async (t) => {
        const api = new ApiClient(await startOn(t, backend));
        const { body, sha256 } = paddedPdf(size);
        const claims = { recordId: 'big', type: 'contract', filename: 'big.pdf' };
        const kept = await api.upload(way, claims, { size, body });
        assert.equal(kept.status, 201, JSON.stringify(kept.body));
        assert.deepEqual([kept.body.size, kept.body.sha256], [size, sha256()]);
        const back = await api.content(kept.body.id);
        assert.deepEqual([back.status, back.size, back.sha256], [200, size, sha256()]);
      });
    }
  });
}
