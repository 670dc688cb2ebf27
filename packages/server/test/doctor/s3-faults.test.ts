/** What can be wrong with a bucket, produced for real, and that the doctor gives each its name and leaves nothing. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import {
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { hasCode } from '../../src/errors.ts';
import { httpProxy, type Passing } from '../faults/http-proxy.ts';
import { tlsProxy } from '../faults/tls-proxy.ts';
import { needs, raceFreePort, testBucket } from '../harness.ts';
import { keysIn, seenIn, settingsOf, statement, under } from './house.ts';

describe('the doctor before a bucket', { skip: needs('s3') }, () => {
  it('finds nothing wrong, and learns what the store can do', async (t) => {
    const bucket = await testBucket(t);
    const { ok, faults, profile } = await seenIn(await settingsOf(bucket), { linkMode: 'redirect' });
    assert.deepEqual([ok, faults], [true, []]);
    assert.deepEqual(profile, { conditionalWrites: true, checksums: false, versioned: false });
    assert.deepEqual(await keysIn(bucket), []);
  });

  it('names a wrong secret, and an unknown key', async (t) => {
    const bucket = await testBucket(t);
    const wrong = await seenIn(await settingsOf(bucket, { S3_SECRET_ACCESS_KEY: 'not-the-secret' }));
    assert.deepEqual(wrong.faults, ['credentials']);
    assert.match(wrong.check('credentials').remedy, /^The secret does not fit the access key/);
    assert.ok(!JSON.stringify(wrong).includes('not-the-secret'));
    const unknown = await seenIn(await settingsOf(bucket, { S3_ACCESS_KEY_ID: 'nobody' }));
    assert.match(unknown.check('credentials').remedy, /^The access key is not known there/);
    assert.deepEqual([unknown.check('put').result, unknown.check('put').ok], ['unknown', false]);
  });

  it('names a missing bucket', async (t) => {
    const seen = await seenIn(
      await settingsOf(await testBucket(t), { S3_BUCKET: 'there-is-no-such-bucket' }),
    );
    assert.deepEqual(seen.faults, ['bucket']);
    assert.match(seen.check('bucket').remedy, /make it, or correct S3_BUCKET/);
  });

  it('names a wrong region, said as AWS says it', async (t) => {
    // Ceph does not look at the region. The answer is AWS's own shape, by a proxy that reads the request's scope.
    const bucket = await testBucket(t);
    const endpoint = await httpProxy(t, bucket, {
      answer: ({ headers }, response) => {
        if (/\/eu-central-1\/s3\/aws4_request/.test(headers.authorization ?? '')) return false;
        response.writeHead(400, { 'content-type': 'application/xml', date: new Date().toUTCString() });
        response.end(
          `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region><RequestId>0QAGQX8MHR6Z5S7K</RequestId><HostId>x</HostId></Error>`,
        );
        return true;
      },
    });
    const wrong = await seenIn(await settingsOf(bucket, { S3_ENDPOINT: endpoint }));
    assert.deepEqual(wrong.faults, ['region']);
    assert.match(wrong.check('region').remedy, /set S3_REGION=eu-central-1/);
    const right = await settingsOf(bucket, { S3_ENDPOINT: endpoint, S3_REGION: 'eu-central-1' });
    assert.deepEqual((await seenIn(right)).faults, []);
  });

  it('names an endpoint that is down, and one that is silent', async (t) => {
    const bucket = await testBucket(t);
    const down = await seenIn(
      await settingsOf(bucket, { S3_ENDPOINT: `http://127.0.0.1:${await raceFreePort()}` }),
    );
    assert.deepEqual(down.faults, ['endpoint']);
    assert.match(down.check('endpoint').detail, /ECONNREFUSED/);
    assert.match(down.check('endpoint').remedy, /^Nothing listens there/);
    const nowhere = await seenIn(await settingsOf(bucket, { S3_ENDPOINT: 'http://no-such-host.invalid' }));
    assert.match(nowhere.check('endpoint').remedy, /^Its name has no address/);
  });

  it('ends when whoever asked goes', async (t) => {
    const bucket = await testBucket(t);
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    t.after(() => silent.close());
    const { port } = silent.address() as { port: number };
    const leave = new AbortController();
    silent.once('connection', () => leave.abort());
    const examined = seenIn(
      await settingsOf(bucket, { S3_ENDPOINT: `http://127.0.0.1:${port}` }),
      {},
      { signal: leave.signal },
    );
    await assert.rejects(examined, (error) => hasCode(error, 'aborted'));
  });

  it('names TLS that is not trusted', async (t) => {
    const bucket = await testBucket(t);
    const { url } = await tlsProxy(t, bucket.endpoint);
    const seen = await seenIn(await settingsOf(bucket, { S3_ENDPOINT: url }));
    assert.deepEqual(seen.faults, ['endpoint']);
    assert.match(seen.check('endpoint').remedy, /not trusted here: set NODE_EXTRA_CA_CERTS/);
  });

  it('names a clock that differs, also where the store still takes it', async (t) => {
    const bucket = await testBucket(t);
    const endpoint = await httpProxy(t, bucket, {
      changeAnswer: (_passing, headers) => {
        headers.date = new Date(Date.now() - 20 * 60_000).toUTCString();
      },
    });
    const seen = await seenIn(await settingsOf(bucket, { S3_ENDPOINT: endpoint }));
    assert.deepEqual(seen.faults, ['clock']);
    assert.match(seen.check('clock').detail, /^1[12]\d\d seconds ahead of the store’s/);
  });

  it('names a right to delete that is missing, and what it could not remove', async (t) => {
    const bucket = await testBucket(t);
    const settings = await settingsOf(bucket);
    const seen = await under(bucket, [statement(bucket, 'Deny', 's3:DeleteObject')], () => seenIn(settings));
    assert.deepEqual(seen.faults, ['delete']);
    assert.equal(seen.check('delete').result, 'not_allowed');
    assert.match(seen.check('delete').remedy, /^Allow s3:DeleteObject/);
    const left = await keysIn(bucket);
    assert.equal(left.length, 1);
    assert.ok(seen.check('delete').detail.endsWith(`left in the bucket: ${left[0]}`));
  });

  it('names multipart rights that are missing, and leaves no upload', async (t) => {
    const bucket = await testBucket(t);
    const settings = await settingsOf(bucket);
    const noAbort = [statement(bucket, 'Deny', 's3:AbortMultipartUpload')];
    const seen = await under(bucket, noAbort, () => seenIn(settings));
    assert.deepEqual(seen.faults, ['multipart']);
    assert.equal(seen.check('multipart').result, 'not_allowed');
    assert.match(seen.check('multipart').remedy, /s3:AbortMultipartUpload/);
    assert.deepEqual(await keysIn(bucket), []);
    const noList = [statement(bucket, 'Deny', 's3:ListBucketMultipartUploads')];
    assert.deepEqual((await under(bucket, noList, () => seenIn(settings))).faults, ['multipart', 'delete']);
  });

  it('names what else may not be done', async (t) => {
    const bucket = await testBucket(t);
    const settings = await settingsOf(bucket);
    for (const [action, names] of [
      ['s3:PutObject', ['put', 'multipart']],
      ['s3:ListBucket', ['list']],
    ] as const) {
      const seen = await under(bucket, [statement(bucket, 'Deny', action)], () => seenIn(settings));
      assert.deepEqual(seen.faults, names, action);
      for (const name of names) assert.equal(seen.check(name).result, 'not_allowed', action);
    }
    assert.deepEqual(await keysIn(bucket), []);
  });

  it('names a bucket that drops ACLs', async (t) => {
    const bucket = await testBucket(t);
    const endpoint = await httpProxy(t, bucket, {
      change: ({ headers }) => {
        delete headers['x-amz-acl'];
      },
    });
    const wanted = { S3_ACL: 'authenticated-read' };
    const dropped = await seenIn(await settingsOf(bucket, { ...wanted, S3_ENDPOINT: endpoint }));
    assert.deepEqual(dropped.faults, ['acl']);
    assert.match(dropped.check('acl').detail, /accepted and dropped/);
    const kept = await seenIn(await settingsOf(bucket, wanted));
    assert.deepEqual(kept.faults, []);
    assert.match(kept.check('acl').detail, /was kept; granted to AuthenticatedUsers READ/);
  });

  it('names a bucket that refuses ACLs, as AWS does with ACLs disabled', async (t) => {
    const bucket = await testBucket(t);
    const endpoint = await httpProxy(t, bucket, {
      answer: ({ headers }, response) => {
        if (headers['x-amz-acl'] === undefined) return false;
        response.writeHead(400, { 'content-type': 'application/xml' });
        response.end(
          '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessControlListNotSupported</Code><Message>The bucket does not allow ACLs</Message><RequestId>1</RequestId></Error>',
        );
        return true;
      },
    });
    const seen = await seenIn(await settingsOf(bucket, { S3_ACL: 'private', S3_ENDPOINT: endpoint }));
    assert.deepEqual(seen.faults, ['put', 'acl']);
    assert.match(seen.check('acl').remedy, /^Set S3_ACL=none/);
    assert.deepEqual(await keysIn(bucket), []);
  });

  it('names versioning that is on, and removes its own versions', async (t) => {
    const bucket = await testBucket(t);
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await bucket.client.send(
      new PutBucketVersioningCommand({ Bucket: bucket.bucket, VersioningConfiguration }),
    );
    const settings = await settingsOf(bucket);
    const seen = await seenIn(settings);
    assert.deepEqual(seen.faults, []);
    assert.match(seen.check('versioning').detail, /^on:/);
    assert.match(seen.check('versioning').effect, /removes every version/);
    assert.equal(seen.profile?.versioned, true);
    assert.deepEqual(await keysIn(bucket), []);
    const noVersions = [statement(bucket, 'Deny', 's3:DeleteObjectVersion')];
    assert.deepEqual((await under(bucket, noVersions, () => seenIn(settings))).faults, ['delete']);
  });

  it('names a retention under which nothing can be deleted, and writes nothing', async (t) => {
    const bucket = await testBucket(t, { objectLock: true });
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const;
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
    const unlocked = await seenIn(await settingsOf(bucket));
    assert.deepEqual(unlocked.faults, []);
    await bucket.client.send(
      new PutObjectLockConfigurationCommand({ Bucket: bucket.bucket, ObjectLockConfiguration }),
    );
    for (const cheap of [true, false]) {
      const seen = await seenIn(await settingsOf(bucket), {}, { cheap });
      assert.deepEqual(seen.faults, ['object_lock']);
      assert.match(seen.check('object_lock').detail, /every object is kept for 1 days \(GOVERNANCE\)/);
      assert.deepEqual([seen.check('put').result, await keysIn(bucket)], ['unknown', []]);
    }
  });

  it('names a bucket that anybody can read', async (t) => {
    const bucket = await testBucket(t);
    const settings = await settingsOf(bucket);
    const open = [statement(bucket, 'Allow', 's3:GetObject', 's3:ListBucket')];
    const seen = await under(bucket, open, () => seenIn(settings));
    assert.deepEqual(seen.faults, ['public_access']);
    assert.match(seen.check('public_access').detail, /read objects and list keys/);
    const byAcl = await seenIn(await settingsOf(bucket, { S3_ACL: 'public-read' }));
    assert.deepEqual([byAcl.ok, byAcl.check('public_access').result], [true, 'fails']);
  });

  it('names lifecycle rules that take documents away', async (t) => {
    const bucket = await testBucket(t);
    const rule = (Prefix: string) =>
      ({ ID: 'tidy', Status: 'Enabled', Filter: { Prefix }, Expiration: { Days: 30 } }) as const;
    const setRule = (prefix: string) =>
      bucket.client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: bucket.bucket,
          LifecycleConfiguration: { Rules: [rule(prefix)] },
        }),
      );
    const settings = await settingsOf(bucket, { S3_PREFIX: 'docs' });
    await setRule('');
    assert.match((await seenIn(settings)).check('lifecycle').detail, /"tidy" deletes documents/);
    await setRule('elsewhere/');
    assert.deepEqual((await seenIn(settings)).faults, []);
  });

  it('names origins that CORS does not let in, and encryption that is not applied', async (t) => {
    const bucket = await testBucket(t);
    const allowedOrigins = ['https://app.example.org', 'https://other.example.org'];
    const CORSRules = [{ AllowedOrigins: ['https://app.example.org'], AllowedMethods: ['GET'] }];
    await bucket.client.send(
      new PutBucketCorsCommand({ Bucket: bucket.bucket, CORSConfiguration: { CORSRules } }),
    );
    const settings = await settingsOf(bucket, { S3_SSE: 'AES256' });
    const seen = await seenIn(settings, { linkMode: 'redirect', allowedOrigins });
    assert.deepEqual(seen.faults, ['encryption', 'cors']);
    assert.equal(seen.check('cors').detail, 'GET is not allowed from https://other.example.org');
    assert.deepEqual((await seenIn(settings, { allowedOrigins })).faults, ['encryption']);
    const direct = await seenIn(settings, {
      directUploads: true,
      allowedOrigins: [],
      publicUrl: 'https://papers.example/x',
    });
    assert.deepEqual(direct.faults, ['encryption', 'cors']);
    assert.equal(direct.check('cors').detail, 'PUT is not allowed from https://papers.example');
    assert.match(direct.check('cors').effect, /by tus$/);
    assert.match(
      direct.check('cors').remedy,
      /--fix-cors.*AllowedOrigins \["https:\/\/papers\.example"\], AllowedMethods \["PUT"\]\.$/,
    );
    const nobody = await seenIn(settings, { directUploads: true });
    assert.match(nobody.check('cors').detail, /^not used: neither PUBLIC_URL nor ALLOWED_ORIGINS/);
  });

  it('names settings that the store does not take, and a public endpoint that does not answer', async (t) => {
    const bucket = await testBucket(t);
    const nobody = `http://127.0.0.1:${await raceFreePort()}`;
    const settings = await settingsOf(bucket, {
      S3_STORAGE_CLASS: 'NO_SUCH_CLASS',
      S3_PUBLIC_ENDPOINT: nobody,
    });
    const seen = await seenIn(settings, { linkMode: 'redirect' });
    assert.deepEqual(seen.faults, ['put', 'storage_class', 'presigned_get']);
    assert.match(seen.check('storage_class').remedy, /^Unset S3_STORAGE_CLASS/);
    assert.match(seen.check('presigned_get').remedy, /^Set S3_PUBLIC_ENDPOINT/);
    assert.deepEqual(await keysIn(bucket), []);
  });

  it('sees a store that ignores conditions and metadata, and takes both seriously', async (t) => {
    const bucket = await testBucket(t);
    const endpoint = await httpProxy(t, bucket, {
      change: ({ headers }) => {
        delete headers['if-none-match'];
        delete headers['x-amz-meta-strongroom'];
      },
    });
    const seen = await seenIn(await settingsOf(bucket, { S3_ENDPOINT: endpoint }));
    assert.deepEqual(seen.faults, ['read']);
    assert.equal(seen.check('conditional_write').result, 'fails');
    assert.equal(seen.profile?.conditionalWrites, null);
  });

  it('takes no answer to a missing right for one to its question', async (t) => {
    const bucket = await testBucket(t);
    const refusing = (isRefused: (passing: Passing) => boolean) =>
      httpProxy(t, bucket, {
        answer: (passing, response) => {
          const whole = passing.method === 'PUT' && !/[?&]uploadId=/.test(passing.url);
          if (!whole || !isRefused(passing)) return false;
          response.writeHead(403, { 'content-type': 'application/xml' });
          response.end('<Error><Code>AccessDenied</Code></Error>');
          return true;
        },
      });
    const plain = await seenIn(await settingsOf(bucket));
    // As bucket policies have it that keep objects encrypted, and such that keep them from being overwritten.
    const S3_ENDPOINT = await refusing(({ headers }) => !headers['x-amz-server-side-encryption']);
    const encrypted = await seenIn(await settingsOf(bucket, { S3_ENDPOINT, S3_SSE: 'AES256' }));
    assert.deepEqual(encrypted.check('checksums'), plain.check('checksums'));
    const once = await refusing(({ headers }) => !headers['if-none-match']);
    const seen = await seenIn(await settingsOf(bucket, { S3_ENDPOINT: once }));
    assert.equal(seen.check('checksums').result, 'not_allowed');
    assert.deepEqual(seen.profile, { versioned: false, conditionalWrites: true });
    const never = await seenIn(await settingsOf(bucket, { S3_ENDPOINT: await refusing(() => true) }));
    assert.equal(never.check('conditional_write').result, 'unknown');
    assert.deepEqual(never.profile, { versioned: false });
    assert.deepEqual(await keysIn(bucket), []);
  });

  it('removes what an examination left that was killed, and nothing younger or of others', async (t) => {
    const bucket = await testBucket(t);
    const put = (Key: string) =>
      bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: 'x' }));
    await put('.strongroom/check/left');
    await put('theirs');
    await seenIn(await settingsOf(bucket));
    assert.deepEqual(await keysIn(bucket), ['.strongroom/check/left', 'theirs']);
    const later = (_passing: Passing, headers: { date?: string | undefined }) => {
      headers.date = new Date(Date.now() + 2 * 3_600_000).toUTCString();
    };
    const heedless = await httpProxy(t, bucket, {
      changeAnswer: later,
      answer: ({ url }, response) => {
        if (!url.includes('list-type=2') || !url.includes('check')) return false;
        const long = '<LastModified>2020-01-01T00:00:00.000Z</LastModified><Size>1</Size>';
        response.end(`<ListBucketResult><Contents><Key>theirs</Key>${long}</Contents></ListBucketResult>`);
        return true;
      },
    });
    await seenIn(await settingsOf(bucket, { S3_ENDPOINT: heedless }), {}, { cheap: true });
    assert.deepEqual(
      await keysIn(bucket),
      ['.strongroom/check/left', 'theirs'],
      'also where a list shows all',
    );
    const endpoint = await httpProxy(t, bucket, { changeAnswer: later });
    await seenIn(await settingsOf(bucket, { S3_ENDPOINT: endpoint }), {}, { cheap: true });
    assert.deepEqual(await keysIn(bucket), ['theirs']);
  });
});
