/** The storage page, in Chromium against the real service on both pairs of backends. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { backends } from '../../../server/test/acceptance/backends.ts';
import { needs, testBucket } from '../../../server/test/harness.ts';
import { keepSecret } from '../../../server/test/secrecy/watch.ts';
import { endBrowser } from '../browser.ts';
import { expectRefusals } from '../element-page.ts';
import { openHouse, visit } from './house.ts';

after(endBrowser);

for (const backend of backends) {
  test(`what the store is, and whether it works, on ${backend.name}`, {
    skip: needs('chromium') || backend.missing(),
  }, async (t) => {
    const house = await openHouse(t, backend, { ENVIRONMENT_NAME: 'production' });
    const storage = await house.client.storage();
    const { page } = await visit(t, house, '/storage');
    const facts = page.getByRole('region', { name: 'As configured' });
    await facts.getByText(storage.bucket ?? storage.folder ?? '', { exact: true }).waitFor();
    if (storage.store === 's3') {
      await facts.getByText('in S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY').waitFor();
      await facts.getByText('Set', { exact: true }).waitFor();
      await facts.getByText('go through the service; DIRECT_UPLOADS sends them').waitFor();
    }
    assert.ok(!(await page.content()).includes(process.env.STRONGROOM_TEST_S3_SECRET_ACCESS_KEY ?? '\0'));
    assert.equal(await page.locator('.bar .environment').textContent(), 'production');

    await page.getByRole('button', { name: 'Run the checks' }).click();
    await page.getByText(/checks passed\. The store does what is needed/).waitFor();
    await page.getByText(/^What passed/).click();
    await page.getByRole('heading', { name: 'put', exact: true }).waitFor();
  });
}

describe('settings that are typed in', { skip: needs('chromium') || needs('s3') }, async () => {
  const house = await openHouse({ after }, { ...backends[0], name: '' } as (typeof backends)[number]);
  const secret = "wrong-'secret'-0123456789";
  keepSecret('secret', secret);

  test('a wrong secret is told as what it is; a right one works; the block is as a shell reads it', async (t) => {
    const bucket = await testBucket(t);
    const { page } = await visit(t, house, '/storage');
    const form = page.getByRole('region', { name: 'Settings for another environment' });
    await form.getByText('is logged and stored nowhere').waitFor();
    await form.getByLabel('Bucket').fill(bucket.bucket);
    await form.getByLabel('Endpoint').fill(bucket.endpoint);
    await form.getByLabel('Access key').fill(bucket.accessKeyId);
    await form.getByLabel('Secret key', { exact: true }).fill(secret);
    await form.getByRole('button', { name: 'Try these settings' }).click();
    await form
      .getByText(/secret does not fit the access key/)
      .first()
      .waitFor();
    await form.getByText(/must be mended/).waitFor();

    await form.getByLabel('Secret key', { exact: true }).fill(bucket.secretAccessKey);
    assert.equal(
      await form.getByText(/must be mended/).count(),
      0,
      'what was said of other settings is gone',
    );
    await form.getByRole('button', { name: 'Try these settings' }).click();
    await form.getByText(/The store does what is needed/).waitFor();
    await form.getByText('Tried just now, and it works').waitFor();
  });

  test('the secret is veiled, shown on request, and copied as typed', async (t) => {
    const { page } = await visit(t, house, '/storage');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const form = page.getByRole('region', { name: 'Settings for another environment' });
    await form.getByLabel('Bucket').fill('acme-documents');
    await form.getByLabel('Access key').fill('AKIA');
    await form.getByLabel('Secret key', { exact: true }).fill(secret);
    await form.getByLabel('Encryption').selectOption('AES256');
    await form.getByLabel('Name of the environment').fill('production');
    const block = form.locator('pre');
    assert.ok(!(await block.textContent())?.includes('wrong-'), 'not before it is asked for');
    await form.getByRole('button', { name: 'Copy' }).click();
    await form.getByText('Copied').waitFor();
    const lines = [
      'export ENVIRONMENT_NAME=production',
      'export S3_BUCKET=acme-documents',
      'export S3_ACCESS_KEY_ID=AKIA',
      "export S3_SECRET_ACCESS_KEY='wrong-'\\''secret'\\''-0123456789'",
      'export S3_SSE=AES256',
    ];
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${lines.join('\n')}\n`);
    await form.getByRole('button', { name: 'Show the secret key' }).first().click();
    assert.equal(await block.textContent(), lines.join('\n'));
    await form.getByLabel('Written for').selectOption('plain');
    assert.equal(await block.textContent(), lines.join('\n').replaceAll('export ', ''));
    await page.reload();
    await form.getByLabel('Bucket').waitFor();
    assert.equal(await form.getByLabel('Bucket').inputValue(), '', 'kept nowhere');
  });

  test('a setting that can’t be is told by its name', async (t) => {
    const { page, said } = await visit(t, house, '/storage');
    const form = page.getByRole('region', { name: 'Settings for another environment' });
    await form.getByLabel('Bucket').fill('not a bucket');
    await form.getByRole('button', { name: 'Try these settings' }).click();
    await form
      .locator('.notice.danger')
      .getByText(/S3_BUCKET/)
      .waitFor();
    expectRefusals(said, 422);
  });
});
