import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { StartError } from './errors.ts';
import { readSettings } from './settings.ts';

const cwd = join(tmpdir(), 'no-such-folder-for-settings');
const read = async (env: Record<string, string>) => (await readSettings(env, { cwd })).settings;
const warnings = async (env: Record<string, string>) => (await readSettings(env, { cwd })).warnings;

/** One line of the given text, and nothing of `secret`. */
const line = (expected: string | RegExp, secret?: string) => (error: unknown) => {
  assert.ok(error instanceof StartError, String(error));
  if (typeof expected === 'string') assert.equal(error.message, expected);
  else assert.match(error.message, expected);
  assert.ok(!/[\n\r]/.test(error.message), 'more than one line');
  if (secret !== undefined) assert.ok(!error.message.includes(secret), 'the secret is shown');
  return true;
};

test('nothing set: this machine, the folder ./data, the documented limits', async () => {
  const { settings, warnings } = await readSettings({ PATH: '/bin', HOME: '/' }, { cwd });
  const { documentTypes, ...rest } = settings;
  assert.deepEqual(rest, {
    host: '127.0.0.1',
    port: 8080,
    publicUrl: null,
    dataDir: join(cwd, 'data'),
    apiKey: null,
    secrets: [],
    maxUploadSize: 5_368_709_120,
    uploadBufferBytes: 67_108_864,
    uploadMinRate: 1024,
    uploadExpires: 86_400_000,
    linkMode: 'stream',
    directUploads: false,
    allowedOrigins: [],
    trustProxy: false,
    environment: { name: null, contact: null },
    metricsPublic: false,
    traces: null,
    logLevel: 'info',
    records: { kind: 'sqlite', folder: join(cwd, 'data') },
    store: { kind: 'disk', folder: join(cwd, 'data', 'objects') },
    keyTemplate: '{recordId}/{type}/{id}{ext}',
    deployment: null,
    lifecycle: {
      every: 30_000,
      uploadDeadAfter: 120_000,
      lookAgainAfter: 3_600_000,
      sweepEvery: 3_600_000,
      forgetAfter: 2_592_000_000,
    },
    timeouts: { connect: 5_000, read: 10_000, write: 30_000, silence: 30_000, records: 10_000 },
    stopWithin: 30_000,
    unknown: [],
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(
    documentTypes.map(({ id, accept, maxSize, trashFor }) => [id, accept.length, maxSize, trashFor]),
    [
      ['id', 6, 104_857_600, 2_592_000_000],
      ['proof_of_address', 6, 104_857_600, 2_592_000_000],
      ['contract', 8, null, 2_592_000_000],
      ['other', 13, null, 2_592_000_000],
    ],
  );
});

test('every part is frozen', async () => {
  const settings = await read({ S3_BUCKET: 'documents' });
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));
  assert.ok(frozen(settings));
});

test('what is set is taken', async () => {
  const taken: [Record<string, string>, object][] = [
    [
      { HOST: '::1', PORT: '0' },
      { host: '::1', port: 0 },
    ],
    [{ HOST: '' }, { host: '127.0.0.1' }],
    [{ PORT: ' 80\n' }, { port: 80 }],
    [{ PUBLIC_URL: 'https://Docs.Example.org/kept/' }, { publicUrl: 'https://docs.example.org/kept' }],
    [{ DATA_DIR: '/srv/docs' }, { dataDir: '/srv/docs' }],
    [{ DATA_DIR: 'kept' }, { dataDir: join(cwd, 'kept') }],
    [{ STRONGROOM_API_KEY: 'k'.repeat(24) }, { apiKey: 'k'.repeat(24) }],
    [
      { STRONGROOM_SECRET: `${'a'.repeat(32)}, ${'b'.repeat(32)}` },
      { secrets: ['a'.repeat(32), 'b'.repeat(32)] },
    ],
    [{ MAX_UPLOAD_SIZE: '1048576' }, { maxUploadSize: 1_048_576 }],
    [{ MAX_UPLOAD_SIZE: '2 GB' }, { maxUploadSize: 2e9 }],
    [{ UPLOAD_BUFFER_BYTES: '128mib' }, { uploadBufferBytes: 134_217_728 }],
    [{ UPLOAD_MIN_RATE: '4KiB/s' }, { uploadMinRate: 4096 }],
    [{ UPLOAD_EXPIRES: '7d' }, { uploadExpires: 604_800_000 }],
    [{ LINK_MODE: 'redirect' }, { linkMode: 'redirect' }],
    [{}, { directUploads: false }],
    [{ DIRECT_UPLOADS: 'true' }, { directUploads: true }],
    [
      { ALLOWED_ORIGINS: 'https://app.example.org, http://localhost:5173/,https://app.example.org:443' },
      { allowedOrigins: ['https://app.example.org', 'http://localhost:5173'] },
    ],
    [{ ALLOWED_ORIGINS: '*' }, { allowedOrigins: ['*'] }],
    [{ TRUST_PROXY: 'true' }, { trustProxy: true }],
    [{ TRUST_PROXY: '2' }, { trustProxy: 2 }],
    [{ TRUST_PROXY: '10.0.0.0/8, ::1, loopback' }, { trustProxy: '10.0.0.0/8,::1,loopback' }],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/' },
      {
        traces: {
          url: 'http://127.0.0.1:4318/v1/traces',
          serviceName: 'strongroom',
          sampler: 'parentbased_always_on',
          ratio: 1,
        },
      },
    ],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
        OTEL_SERVICE_NAME: 'documents',
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      },
      {
        traces: {
          url: 'https://traces.example/in',
          serviceName: 'documents',
          sampler: 'traceidratio',
          ratio: 0.25,
        },
      },
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' }, { traces: null }],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_EXPORTER: 'none' },
      { traces: null },
    ],
    [
      { ENVIRONMENT_NAME: 'Staging (EU)', SUPPORT_CONTACT: 'ops@example.org' },
      { environment: { name: 'Staging (EU)', contact: 'ops@example.org' } },
    ],
    [{ METRICS_PUBLIC: 'true' }, { metricsPublic: true }],
    [{ LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
    [
      { DATABASE_URL: 'postgresql://u:p@db/s' },
      { records: { kind: 'postgres', url: 'postgresql://u:p@db/s' } },
    ],
    [
      { STRONGROOM_DEPLOYMENT: '019BE1C2-7a5e-7cc3-98c4-dc0c0c07398f' },
      { deployment: '019be1c2-7a5e-7cc3-98c4-dc0c0c07398f' },
    ],
    [{ STOP_WITHIN: '5s' }, { stopWithin: 5_000 }],
  ];
  for (const [env, expected] of taken) assert.partialDeepStrictEqual(await read(env), expected);
});

test('a bucket means S3, with AWS unless an endpoint is named', async () => {
  const aws = {
    kind: 's3',
    bucket: 'documents',
    region: 'us-east-1',
    endpoint: null,
    publicEndpoint: null,
    credentials: null,
    forcePathStyle: false,
    acl: null,
    storageClass: null,
    sse: null,
    sseKmsKeyId: null,
    prefix: null,
  };
  const store = async (env: Record<string, string>) => (await read({ S3_BUCKET: 'documents', ...env })).store;
  assert.deepEqual(await store({}), aws);
  assert.deepEqual(await store({ AWS_REGION: 'eu-west-1' }), { ...aws, region: 'eu-west-1' });
  assert.deepEqual(await store({ AWS_REGION: 'eu-west-1', S3_REGION: 'eu-north-1' }), {
    ...aws,
    region: 'eu-north-1',
  });
  const elsewhere = { ...aws, endpoint: 'http://localhost:7480', forcePathStyle: true };
  assert.deepEqual(
    await store({ S3_ENDPOINT: 'http://localhost:7480/', AWS_REGION: 'eu-west-1' }),
    elsewhere,
  );
  assert.deepEqual(await store({ S3_ENDPOINT: 'http://localhost:7480', S3_FORCE_PATH_STYLE: 'false' }), {
    ...elsewhere,
    forcePathStyle: false,
  });
  assert.deepEqual(
    await store({
      S3_PUBLIC_ENDPOINT: 'https://files.example.org',
      S3_ACCESS_KEY_ID: 'AKIA',
      S3_SECRET_ACCESS_KEY: 'shh/+=',
      S3_SESSION_TOKEN: 'token',
      S3_ACL: 'bucket-owner-full-control',
      S3_STORAGE_CLASS: 'STANDARD_IA',
      S3_SSE: 'aws:kms',
      S3_SSE_KMS_KEY_ID: 'alias/docs',
      S3_PREFIX: '/prod/documents/',
    }),
    {
      ...aws,
      publicEndpoint: 'https://files.example.org',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'shh/+=', sessionToken: 'token' },
      acl: 'bucket-owner-full-control',
      storageClass: 'STANDARD_IA',
      sse: 'aws:kms',
      sseKmsKeyId: 'alias/docs',
      prefix: 'prod/documents',
    },
  );
  assert.deepEqual(await store({ S3_ACCESS_KEY_ID: 'AKIA', S3_SECRET_ACCESS_KEY: 'shh', S3_ACL: 'none' }), {
    ...aws,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'shh' },
  });
});

const publicUrl =
  'it takes the http:// or https:// URL by which others reach the service, without query or credentials.';
const endpoint =
  'it takes an http:// or https:// URL of a host and port, without path, query or credentials.';
const trustProxy =
  'it takes true, false, the number of proxies in front (1 to 100), or their addresses with commas between.';
const secret = 'it takes what the store gave out: at least 3 characters, none of them a space.';
const prefix = /^S3_PREFIX is ".*"; it takes folders such as prod\/documents: /;
const bucket = /^S3_BUCKET is ".*"; it takes the name of a bucket alone \(/;

const refused: [name: string, value: string, message: string | RegExp][] = [
  [
    'HOST',
    'http://x',
    'HOST is "http://x"; it takes an IP address without brackets or a host name to listen on, such as 127.0.0.1, 0.0.0.0 or ::.',
  ],
  ['HOST', '[::1]', /^HOST is "\[::1\]"; it takes an IP/],
  ['PORT', 'eighty', 'PORT is "eighty"; it takes a whole number from 0 (any free port) to 65535.'],
  ['PORT', '65536', /^PORT is "65536"; /],
  ['PORT', '-1', /^PORT is "-1"; /],
  ['PORT', '80\n81', /^PORT is "80\\n81"; /],
  ['PUBLIC_URL', 'docs.example.org', `PUBLIC_URL is "docs.example.org"; ${publicUrl}`],
  ['PUBLIC_URL', 'ftp://docs.example.org', `PUBLIC_URL is "ftp://docs.example.org"; ${publicUrl}`],
  ['PUBLIC_URL', 'https://me:hunter2@docs.example.org', `PUBLIC_URL is "…@docs.example.org"; ${publicUrl}`],
  [
    'PUBLIC_URL',
    'https://docs.example.org/?token=hunter2',
    `PUBLIC_URL is "https://docs.example.org/?…"; ${publicUrl}`,
  ],
  ['DATA_DIR', 'a\0b', 'DATA_DIR is "a\\u0000b"; it takes a folder.'],
  [
    'STRONGROOM_API_KEY',
    'short-hunter2',
    'STRONGROOM_API_KEY has 13 characters; it takes at least 24 characters, no control characters among them, and no sg_ in front as grants have it.',
  ],
  [
    'STRONGROOM_API_KEY',
    'hunter2-hunter2-hunter2\n-hunter2',
    /^STRONGROOM_API_KEY has 32 characters; it takes /,
  ],
  [
    'STRONGROOM_SECRET',
    'hunter2',
    'STRONGROOM_SECRET has 7 characters; it takes one or more random texts of at least 32 characters each, separated by commas; the first signs.',
  ],
  ['STRONGROOM_SECRET', `${'hunter2'.repeat(6)},`, /^STRONGROOM_SECRET has 43 characters; /],
  [
    'MAX_UPLOAD_SIZE',
    '5 gigs',
    'MAX_UPLOAD_SIZE is "5 gigs"; it takes a size such as 5GiB or bytes, from 1 to 5TiB.',
  ],
  ['MAX_UPLOAD_SIZE', '0', /^MAX_UPLOAD_SIZE is "0"; /],
  ['MAX_UPLOAD_SIZE', '6TiB', /^MAX_UPLOAD_SIZE is "6TiB"; /],
  [
    'UPLOAD_BUFFER_BYTES',
    '1MiB',
    'UPLOAD_BUFFER_BYTES is "1MiB"; it takes a size such as 64MiB or bytes, from 16MiB to 64GiB.',
  ],
  [
    'UPLOAD_MIN_RATE',
    'fast',
    'UPLOAD_MIN_RATE is "fast"; it takes bytes per second such as 1KiB, from 1 to 1GiB.',
  ],
  ['UPLOAD_MIN_RATE', '0', /^UPLOAD_MIN_RATE is "0"; /],
  ['UPLOAD_EXPIRES', '59s', 'UPLOAD_EXPIRES is "59s"; it takes a duration such as 24h, from 1m to 30d.'],
  ['UPLOAD_EXPIRES', '31d', /^UPLOAD_EXPIRES is "31d"; /],
  ['LINK_MODE', 'proxy', 'LINK_MODE is "proxy"; it takes stream or redirect.'],
  ['DIRECT_UPLOADS', 'yes', 'DIRECT_UPLOADS is "yes"; it takes true or false.'],
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '127.0.0.1:4318',
    'OTEL_EXPORTER_OTLP_ENDPOINT is "127.0.0.1:4318"; it takes the http:// or https:// URL of an OTLP receiver, such as http://127.0.0.1:4318.',
  ],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; it takes http/protobuf.'],
  [
    'OTEL_TRACES_SAMPLER_ARG',
    '1.5',
    'OTEL_TRACES_SAMPLER_ARG is "1.5"; it takes a share from 0 to 1, such as 0.1.',
  ],
  ['ENVIRONMENT_NAME', 'x'.repeat(101), /^ENVIRONMENT_NAME is .*; it takes a name such as staging/],
  ['SUPPORT_CONTACT', 'a\nb', /^SUPPORT_CONTACT is .*; it takes whom to ask/],
  ['METRICS_PUBLIC', 'yes', 'METRICS_PUBLIC is "yes"; it takes true or false.'],
  ['ALLOWED_ORIGINS', '*,https://a.example', /^ALLOWED_ORIGINS is .*; it takes origins such as/],
  ['ALLOWED_ORIGINS', 'https://*.a.example', /^ALLOWED_ORIGINS is .*; it takes origins/],
  ['ALLOWED_ORIGINS', 'https://a.example/path', /^ALLOWED_ORIGINS is .*; it takes origins/],
  ['TRUST_PROXY', 'yes', `TRUST_PROXY is "yes"; ${trustProxy}`],
  ['TRUST_PROXY', '0', `TRUST_PROXY is "0"; ${trustProxy}`],
  ['TRUST_PROXY', '10.0.0.0/33', `TRUST_PROXY is "10.0.0.0/33"; ${trustProxy}`],
  ['TRUST_PROXY', '10.0.0.1,', `TRUST_PROXY is "10.0.0.1,"; ${trustProxy}`],
  [
    'LOG_LEVEL',
    'verbose',
    'LOG_LEVEL is "verbose"; it takes fatal, error, warn, info, debug, trace or silent.',
  ],
  [
    'DATABASE_URL',
    'mysql://me:hunter2@db/x',
    'DATABASE_URL has 23 characters; it takes postgres://user:password@host:port/database (unset means SQLite in DATA_DIR).',
  ],
  ['DATABASE_URL', './strongroom.db', /^DATABASE_URL has 15 characters; it takes postgres:/],
  [
    'STRONGROOM_DEPLOYMENT',
    'prod',
    'STRONGROOM_DEPLOYMENT is "prod"; it takes the UUID of a deployment, as the object .strongroom/deployment holds it.',
  ],
  ['STOP_WITHIN', '30', 'STOP_WITHIN is "30"; it takes a duration such as 30s, from 0 to 1h.'],
  ['STOP_WITHIN', '2h', /^STOP_WITHIN is "2h"; /],
  ['S3_BUCKET', 's3://docs', bucket],
  ['S3_BUCKET', 'docs/prod', bucket],
  ['S3_BUCKET', 'd', bucket],
  ['S3_REGION', 'eu west', 'S3_REGION is "eu west"; it takes a region such as us-east-1.'],
  ['S3_ENDPOINT', 'localhost:7480', `S3_ENDPOINT is "localhost:7480"; ${endpoint}`],
  ['S3_ENDPOINT', 'http://localhost:7480/docs', `S3_ENDPOINT is "http://localhost:7480/docs"; ${endpoint}`],
  ['S3_ENDPOINT', 'http://id:hunter2@localhost', `S3_ENDPOINT is "…@localhost"; ${endpoint}`],
  ['S3_ENDPOINT', 'http://localhost?x=hunter2', `S3_ENDPOINT is "http://localhost?…"; ${endpoint}`],
  ['S3_PUBLIC_ENDPOINT', '//files', `S3_PUBLIC_ENDPOINT is "//files"; ${endpoint}`],
  ['S3_ACCESS_KEY_ID', 'a b hunter2', `S3_ACCESS_KEY_ID has 11 characters; ${secret}`],
  ['S3_SECRET_ACCESS_KEY', 'hunter2 hunter2', `S3_SECRET_ACCESS_KEY has 15 characters; ${secret}`],
  ['S3_SESSION_TOKEN', 'hunter2 ü', `S3_SESSION_TOKEN has 9 characters; ${secret}`],
  [
    'S3_ACCESS_KEY_ID',
    'AKIAhunter2',
    'S3_ACCESS_KEY_ID is set but S3_SECRET_ACCESS_KEY is not; set both or neither.',
  ],
  [
    'S3_SECRET_ACCESS_KEY',
    'hunter2',
    'S3_SECRET_ACCESS_KEY is set but S3_ACCESS_KEY_ID is not; set both or neither.',
  ],
  [
    'S3_SESSION_TOKEN',
    'hunter2',
    'S3_SESSION_TOKEN is set but S3_ACCESS_KEY_ID is not; set all three or none.',
  ],
  ['S3_FORCE_PATH_STYLE', 'yes', 'S3_FORCE_PATH_STYLE is "yes"; it takes true or false.'],
  [
    'S3_ACL',
    'secret',
    'S3_ACL is "secret"; it takes none, private, public-read, public-read-write, authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control.',
  ],
  [
    'S3_STORAGE_CLASS',
    'GLACIER',
    'S3_STORAGE_CLASS is "GLACIER"; it takes a storage class whose objects can be read at once, such as STANDARD_IA (not GLACIER, DEEP_ARCHIVE).',
  ],
  ['S3_SSE', 'aes', 'S3_SSE is "aes"; it takes AES256, aws:kms, aws:kms:dsse.'],
  [
    'S3_SSE_KMS_KEY_ID',
    'alias/docs',
    'S3_SSE_KMS_KEY_ID is set but S3_SSE is not aws:kms; set both or neither.',
  ],
  [
    'S3_SSE_KMS_KEY_ID',
    'my key',
    'S3_SSE_KMS_KEY_ID is "my key"; it takes the id, alias or ARN of a KMS key.',
  ],
  ['S3_PREFIX', 'a//b', prefix],
  ['S3_PREFIX', '../b', prefix],
  ['S3_PREFIX', 'a/.strongroom', prefix],
  ['S3_PREFIX', 'über', prefix],
  ['S3_PREFIX', 'a'.repeat(201), prefix],
];

for (const [name, value, message] of refused) {
  test(`refused: ${name}=${JSON.stringify(value).slice(0, 60)}`, async () => {
    const env = name === 'S3_BUCKET' ? {} : name.startsWith('S3_') ? { S3_BUCKET: 'docs' } : {};
    await assert.rejects(read({ ...env, [name]: value }), line(message, 'hunter2'));
  });
}

test('S3 settings without a bucket are not taken for disk', async () => {
  for (const name of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT'])
    await assert.rejects(
      read({ [name]: 'http://localhost:7480' }),
      line(`${name} is set but S3_BUCKET is not; set S3_BUCKET, or unset ${name} to keep the bytes on disk.`),
    );
  await assert.rejects(read({ S3_PREFIX: 'prod' }), line(/^S3_PREFIX is set but S3_BUCKET is not; /));
});

test('parts that could not fit the buffer are refused at the start', async () => {
  const env = { S3_BUCKET: 'docs', MAX_UPLOAD_SIZE: '1TiB' };
  await assert.rejects(
    read(env),
    line(
      'UPLOAD_BUFFER_BYTES is 67108864; with MAX_UPLOAD_SIZE 1099511627776 it takes at least 109951163, one of 10,000 parts.',
    ),
  );
  assert.equal((await read({ ...env, UPLOAD_BUFFER_BYTES: '128MiB' })).maxUploadSize, 2 ** 40);
  assert.equal((await read({ MAX_UPLOAD_SIZE: '1TiB' })).maxUploadSize, 2 ** 40);
});

test('names that look like ours and aren’t are warned about with the nearest', async () => {
  const env = {
    S3_BUKCET: 'x',
    STRONGROOM_APIKEY: 'hunter2',
    STRONGROOM_COLOUR: 'blue',
    STRONGROOM_TEST_DATABASE_URL: 'x',
    AWS_PROFILE: 'x',
  };
  const { settings, warnings } = await readSettings(env, { cwd });
  assert.deepEqual(settings.unknown, ['S3_BUKCET', 'STRONGROOM_APIKEY', 'STRONGROOM_COLOUR']);
  assert.deepEqual(warnings, [
    'S3_BUKCET is not a setting; the nearest known is S3_BUCKET',
    'STRONGROOM_APIKEY is not a setting; the nearest known is STRONGROOM_API_KEY',
    'STRONGROOM_COLOUR is not a setting; the nearest known is STRONGROOM_CONFIG',
  ]);
});

test('what is allowed and most likely not meant is warned about', async () => {
  assert.match((await warnings({ HOST: '0.0.0.0' })).join(), /^PUBLIC_URL is not set: links/);
  assert.deepEqual(await warnings({ HOST: '0.0.0.0', PUBLIC_URL: 'https://docs.example.org' }), []);
  assert.match(
    (await warnings({ S3_BUCKET: 'docs', S3_ACL: 'public-read' })).join(),
    /^S3_ACL is public-read: /,
  );
});

async function folder(t: TestContext, files: Record<string, string>) {
  const path = await mkdtemp(join(tmpdir(), 'settings-'));
  t.after(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

const configured = {
  documentTypes: [
    { id: 'pay-slip', accept: ['application/pdf'], maxSize: '10MiB', trashFor: '0' },
    { id: 'photo', label: 'Photo', accept: ['image/jpeg', 'image/png'], maxSize: 1000 },
  ],
  keyTemplate: '{yyyy}/{mm}/{id}{ext}',
  trashFor: '7d',
  lifecycle: { every: '1s', uploadDeadAfter: '10s' },
  timeouts: { write: '2m' },
};

test('the config file says types, template, trash and times, in each of its languages', async (t) => {
  const json = JSON.stringify(configured);
  for (const [name, text] of Object.entries({
    'strongroom.config.json': json,
    'strongroom.config.mjs': `export default ${json}`,
    'strongroom.config.ts': `interface Config { keyTemplate: string }\nexport default ${json} satisfies Config`,
  })) {
    const { settings } = await readSettings({}, { cwd: await folder(t, { [name]: text }) });
    assert.deepEqual(settings.documentTypes, [
      { id: 'pay-slip', label: 'Pay slip', accept: ['application/pdf'], maxSize: 10_485_760, trashFor: 0 },
      {
        id: 'photo',
        label: 'Photo',
        accept: ['image/jpeg', 'image/png'],
        maxSize: 1000,
        trashFor: 604_800_000,
      },
    ]);
    assert.equal(settings.keyTemplate, '{yyyy}/{mm}/{id}{ext}');
    assert.partialDeepStrictEqual(settings.lifecycle, {
      every: 1000,
      uploadDeadAfter: 10_000,
      lookAgainAfter: 3_600_000,
    });
    assert.partialDeepStrictEqual(settings.timeouts, { write: 120_000, records: 10_000 });
  }
});

test('STRONGROOM_CONFIG names the file; the trash time holds for the default types too', async (t) => {
  const cwd = await folder(t, { 'strongroom.config.json': '{}', 'other.json': '{"trashFor":"1h"}' });
  const { settings } = await readSettings({ STRONGROOM_CONFIG: 'other.json' }, { cwd });
  assert.deepEqual([...new Set(settings.documentTypes.map((type) => type.trashFor))], [3_600_000]);
  const byCaller = await readSettings({}, { cwd, configFile: 'other.json' });
  assert.equal(byCaller.settings.documentTypes[0]?.trashFor, 3_600_000);
});

const wrong: [config: unknown, message: RegExp][] = [
  [
    [],
    /: what it exports is \[\]; it takes an object with documentTypes, keyTemplate, trashFor, lifecycle, timeouts\.$/,
  ],
  [null, /: what it exports is null; it takes an object/],
  [{ trashTime: '1d' }, /: trashTime is not known; the nearest known is trashFor\.$/],
  [{ trashFor: 30 }, /: trashFor is 30; it takes a duration from "0" to "3650d"\.$/],
  [{ trashFor: '30 years' }, /: trashFor is "30 years"; it takes a duration/],
  [
    { keyTemplate: '{recordId}' },
    /: keyTemplate is "\{recordId\}"; it takes a key template \(.*\{id\}.*\)\.$/,
  ],
  [{ keyTemplate: 7 }, /: keyTemplate is 7; it takes text of 1 to 500 characters\.$/],
  [{ documentTypes: {} }, /: documentTypes is \{\}; it takes a list of 1 to 200 document types\.$/],
  [{ documentTypes: [] }, /: documentTypes is \[\]; it takes a list/],
  [{ documentTypes: ['id'] }, /: documentTypes\[0\] is "id"; it takes an object with id, label,/],
  [{ documentTypes: [{ accept: [] }] }, /: documentTypes\[0\]\.id is missing; it takes 1 to 64 of/],
  [{ documentTypes: [{ id: 'ID', accept: [] }] }, /: documentTypes\[0\]\.id is "ID"; it takes 1 to 64 of/],
  [{ documentTypes: [{ id: 'x'.repeat(65) }] }, /: documentTypes\[0\]\.id is "x+"; it takes 1 to 64 of/],
  [
    { documentTypes: [{ id: 'a' }] },
    /: documentTypes\[0\]\.accept is missing; it takes a list of 1 to 200 content types\.$/,
  ],
  [
    { documentTypes: [{ id: 'a', accept: ['pdf'] }] },
    /: documentTypes\[0\]\.accept\[0\] is "pdf"; it takes a content type in lower case/,
  ],
  [
    { documentTypes: [{ id: 'a', accept: ['image/*'] }] },
    /\.accept\[0\] is "image\/\*"; it takes a content type/,
  ],
  [
    { documentTypes: [{ id: 'a', accept: ['a/b'], maxSize: '1 elephant' }] },
    /: documentTypes\[0\]\.maxSize is "1 elephant"; it takes a size such as "100MiB", or bytes\.$/,
  ],
  [{ documentTypes: [{ id: 'a', accept: ['a/b'], maxSize: 0.5 }] }, /\.maxSize is 0\.5; it takes a size/],
  [
    { documentTypes: [{ id: 'a', accept: ['a/b'], label: '' }] },
    /\.label is ""; it takes text of 1 to 200 characters\.$/,
  ],
  [
    { documentTypes: [{ id: 'a', accept: ['a/b'], trashFor: '-1d' }] },
    /: documentTypes\[0\]\.trashFor is "-1d"; /,
  ],
  [
    {
      documentTypes: [
        { id: 'a', accept: ['a/b'] },
        { id: 'a', accept: ['a/b'] },
      ],
    },
    /: documentTypes is .*; it takes each id once \("a" is there twice\)\.$/,
  ],
  [
    { lifecycle: { every: '1ms' } },
    /: lifecycle\.every is "1ms"; it takes a duration from "10ms" to "1d"\.$/,
  ],
  [{ lifecycle: { evry: '1s' } }, /: lifecycle\.evry is not known; the nearest known is lifecycle\.every\.$/],
  [{ timeouts: { read: '0' } }, /: timeouts\.read is "0"; it takes a duration from "100ms" to "1h"\.$/],
  [{ lifecycle: 'often' }, /: lifecycle is "often"; it takes an object with every, /],
];

for (const [config, message] of wrong) {
  test(`refused: strongroom.config.json ${JSON.stringify(config).slice(0, 60)}`, async (t) => {
    const cwd = await folder(t, { 'strongroom.config.json': JSON.stringify(config) });
    await assert.rejects(readSettings({}, { cwd }), (error) => {
      assert.ok(
        error instanceof StartError && error.message.startsWith(join(cwd, 'strongroom.config.json:')),
      );
      return line(message)(error);
    });
  });
}

test('a config file that can’t be read stops the start with one line', async (t) => {
  const broken = await folder(t, { 'strongroom.config.json': '{"trashFor":\n' });
  await assert.rejects(readSettings({}, { cwd: broken }), line(/strongroom\.config\.json can't be read: /));
  const faulty = await folder(t, { 'strongroom.config.mjs': 'export default {\n' });
  await assert.rejects(readSettings({}, { cwd: faulty }), line(/strongroom\.config\.mjs can't be read: /));
  const named = await folder(t, { 'strongroom.config.mjs': 'export const config = {}' });
  await assert.rejects(
    readSettings({}, { cwd: named }),
    line(/what it exports is missing; it takes an object/),
  );
  await assert.rejects(
    readSettings({ STRONGROOM_CONFIG: 'gone.json' }, { cwd: named }),
    line(/gone\.json can't be read: ENOENT/),
  );
  const two = await folder(t, { 'strongroom.config.json': '{}', 'strongroom.config.ts': '' });
  await assert.rejects(
    readSettings({}, { cwd: two }),
    line(`There are strongroom.config.ts and strongroom.config.json in ${two}; keep one.`),
  );
});

test('what no JSON can say is refused with one line too', async (t) => {
  const wrong: [exported: string, message: RegExp][] = [
    ['{ keyTemplate: 5n }', /: keyTemplate is 5n; it takes text/],
    ['{ keyTemplate: () => 1 }', /: keyTemplate is \[Function: keyTemplate\]; it takes text/],
    [
      '(() => { const list = []; list.push(list); return { documentTypes: [list] }; })()',
      /: documentTypes\[0\] is /,
    ],
  ];
  for (const [exported, message] of wrong) {
    const cwd = await folder(t, { 'strongroom.config.mjs': `export default ${exported};` });
    await assert.rejects(readSettings({}, { cwd }), line(message));
  }
});

test('a prefix and a template that together could pass S3’s 1,024 bytes are refused', async (t) => {
  const keyTemplate = `${Array.from({ length: 8 }, () => '{recordId}').join('/')}/{id}`;
  const cwd = await folder(t, { 'strongroom.config.json': JSON.stringify({ keyTemplate }) });
  const env = { S3_BUCKET: 'docs' };
  assert.equal((await readSettings({ ...env, S3_PREFIX: 'p' }, { cwd })).settings.keyTemplate, keyTemplate);
  await assert.rejects(
    readSettings({ ...env, S3_PREFIX: 'p'.repeat(100) }, { cwd }),
    line(/^S3_PREFIX is too long for the key template: /),
  );
});
