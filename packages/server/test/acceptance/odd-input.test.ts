import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { parse } from 'content-disposition';
import { request } from 'undici';
import { decodeDescription, type SelfDescription } from '../../src/objects/self-description.ts';
import { text } from '../fixtures/make.ts';
import { type Backend, backends } from './backends.ts';
import { ApiClient, type ApiDocument, type Payload, sha256 } from './client.ts';
import { lookInto, type StoreLook, s3Client } from './store-look.ts';

const payload: Payload = { size: text().length, body: text() };

/** An encoded value that is cut: its first 80 bytes and 24 digits of its digest. */
const cut = (start: string, value: string) =>
  `${start.slice(0, 80)}!!${createHash('sha256').update(value).digest('hex').slice(0, 24)}`;

/** Record ids, and the folder that each must have in the store. */
const recordIds: ReadonlyMap<string, string> = new Map([
  ['../..', '!2E.!2F..'],
  ['a/b', 'a!2Fb'],
  ['a', 'a'],
  ['A', 'A'],
  ['a ', 'a!20'],
  [' a', '!20a'],
  ['a+b', 'a!2Bb'],
  ['a b', 'a!20b'],
  ['a\\b', 'a!5Cb'],
  ['%2e%2e', '!252e!252e'],
  ['%', '!25'],
  ['%00', '!2500'],
  ['.', '!2E'],
  ['..', '!2E.'],
  ['..hidden', '!2E.hidden'],
  ['/', '!2F'],
  ['/etc/passwd', '!2Fetc!2Fpasswd'],
  ['!2F', '!212F'],
  ['a!!b', 'a!21!21b'],
  ['.strongroom/deployment', '!2Estrongroom!2Fdeployment'],
  ['.strongroom', '!2Estrongroom'],
  ['con', 'con'],
  ['CON', 'CON'],
  ['nul', 'nul'],
  ['nul.txt', 'nul.txt'],
  [`"quoted" 'too'`, '!22quoted!22!20!27too!27'],
  ["'); DROP TABLE documents;--", '!27!29!3B!20DROP!20TABLE!20documents!3B--'],
  ['?recordId=x&type=y#z', '!3FrecordId!3Dx!26type!3Dy!23z'],
  ['{id}', '!7Bid!7D'],
  ['$&', '!24!26'],
  ['--help', '--help'],
  ['__proto__', '__proto__'],
  ['null', 'null'],
  ['0', '0'],
  // The same to the eye, in NFC and in NFD.
  ['caf\u00e9', 'caf!C3!A9'],
  ['cafe\u0301', 'cafe!CC!81'],
  // Bidi control characters, invisible ones, and ones that are not assigned or never will be.
  ['\u202egpj.exe', '!E2!80!AEgpj.exe'],
  ['a\u200bb', 'a!E2!80!8Bb'],
  ['\ufeffa', '!EF!BB!BFa'],
  ['a\u2028b', 'a!E2!80!A8b'],
  ['\ufffd', '!EF!BF!BD'],
  ['\uffff', '!EF!BF!BF'],
  ['😀', '!F0!9F!98!80'],
  ['👨‍👩‍👧', '!F0!9F!91!A8!E2!80!8D!F0!9F!91!A9!E2!80!8D!F0!9F!91!A7'],
  ['r'.repeat(120), 'r'.repeat(120)],
  ...['r'.repeat(200), `${'r'.repeat(199)}s`].map((id) => [id, cut(id, id)] as const),
  ...['😀'.repeat(200), `${'😀'.repeat(199)}😁`].map(
    (id) => [id, cut('!F0!9F!98!80'.repeat(8), id)] as const,
  ),
]);

/** Filenames as claimed, and as they must be kept. The content is plain text, so what is left of none is document.txt. */
const filenames: readonly (readonly [claimed: string, kept: string])[] = [
  ['Ã¼ber.txt', 'Ã¼ber.txt'],
  ['über.txt', 'über.txt'],
  ['u\u0308ber.txt', 'über.txt'],
  ['report#1.txt', 'report#1.txt'],
  ['what?.txt', 'what?.txt'],
  ['100%41.txt', '100%41.txt'],
  ['100%.txt', '100%.txt'],
  ['a+b&c=d.txt', 'a+b&c=d.txt'],
  ['a"b.txt', 'a"b.txt'],
  ["it's.txt", "it's.txt"],
  ['a;filename=evil.exe', 'a;filename=evil.exe'],
  ["utf-8''a.txt", "utf-8''a.txt"],
  ['=?utf-8?B?YQ==?=.txt', '=?utf-8?B?YQ==?=.txt'],
  ['back\\slash.txt', 'slash.txt'],
  ['C:\\fakepath\\me.txt', 'me.txt'],
  ['line\r\nX-Evil: 1\r\n\r\n<html>.txt', 'lineX-Evil: 1<html>.txt'],
  ['a\tb\u0085.txt', 'ab.txt'],
  ['\u202egpj.txt', 'gpj.txt'],
  ['a\u2066b\u2069.txt', 'ab.txt'],
  ['../../etc/passwd', 'passwd'],
  ['/etc/shadow', 'shadow'],
  ['..', 'document.txt'],
  ['.', 'document.txt'],
  ['......', 'document.txt'],
  ['', 'document.txt'],
  ['   ', 'document.txt'],
  ['folder/', 'document.txt'],
  ['\u202e', 'document.txt'],
  ['.htaccess', '.htaccess'],
  [' padded .txt ', 'padded .txt'],
  ['dots...', 'dots'],
  ['con.txt', 'con.txt'],
  ['😀.txt', '😀.txt'],
  // Before the emoji by its bytes, after it by its UTF-16 units.
  ['Ａ.txt', 'Ａ.txt'],
  ['合同 №5 — копия.txt', '合同 №5 — копия.txt'],
  [`${'x'.repeat(300)}.txt`, `${'x'.repeat(251)}.txt`],
  [`${'語'.repeat(100)}.txt`, `${'語'.repeat(83)}.txt`],
  [`${'😀'.repeat(100)}.txt`, `${'😀'.repeat(62)}.txt`],
  ['<img src=x onerror=alert(1)>.txt', '<img src=x onerror=alert(1)>.txt'],
  ['__proto__', '__proto__'],
];

/** Metadata as it is sent. */
const metadata: readonly string[] = [
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  '{"":1," ":{"":[]},"\\"":"\\\\"}',
  '{"ключ":"значение","鍵":["値",null,true,{"深":[[{}]]}],"😀":"👨‍👩‍👧"}',
  '{"a":"\u202eabc","b":"\u2028\u2029","c":"</script><script>","d":"\ufeff\ufffd\uffff"}',
  '{"nfc":"\u00e9","nfd":"e\u0301"}',
  '{"toJSON":1,"hasOwnProperty":null,"length":-1,"then":"x"}',
  '{"large":9007199254740991,"small":5e-324,"minus":-0.1,"many":0.30000000000000004}',
  '{"2":"two","1":"one","key with spaces":"$1 {id} %s \' -- ;"}',
  `{"deep":${'['.repeat(31)}${']'.repeat(31)}}`,
  JSON.stringify({ a: 'ä'.repeat((8_192 - 8) / 2) }),
  '{}',
];

interface House {
  readonly api: ApiClient;
  readonly look: StoreLook;
  readonly folder: string;
  /** What the object of a document says of itself, read past the service. */
  readonly described: (document: ApiDocument) => Promise<SelfDescription | null>;
}

async function open(t: TestContext, backend: Backend): Promise<House> {
  const settings = await backend.prepare(t);
  const folder = settings.DATA_DIR ?? '';
  const server = await backend.start(t, settings);
  const client = settings.S3_BUCKET === undefined ? null : s3Client(t, settings);
  return {
    api: new ApiClient(server),
    look: lookInto(t, settings),
    folder,
    async described({ storage: { key, path } }) {
      assert.ok(key !== null && path !== null);
      if (client) {
        const head = await client.send(new HeadObjectCommand({ Bucket: settings.S3_BUCKET, Key: key }));
        return decodeDescription(Object.values(head.Metadata ?? {})[0] ?? '');
      }
      const object = fileURLToPath(path);
      assert.equal(object, join(folder, 'objects', key));
      const facts = await readFile(
        join(dirname(object), `.${object.slice(dirname(object).length + 1)}`),
        'utf8',
      );
      return (JSON.parse(facts) as { description: SelfDescription }).description;
    },
  };
}

/** The ways a filename can be claimed: in the query, in headers as clients write them, in forms. */
function claims(filename: string): { how: string; query?: string; header?: string; form?: string }[] {
  const latin1 = (value: string) => Buffer.from(value).toString('latin1');
  const extended = `filename*=UTF-8''${encodeURIComponent(filename).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
  const plain = filename.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return [
    { how: 'query', query: filename },
    { how: 'filename* in a header', header: `attachment; filename="fallback"; ${extended}` },
    // A header can't hold the end of a line; a quoted string escapes quotes and backslashes (RFC 9110 §5.6.4).
    ...(/[\r\n]/.test(filename)
      ? []
      : [
          {
            how: 'filename in a header',
            header: `attachment; filename="${latin1(filename.replace(/["\\]/g, '\\$&'))}"`,
          },
        ]),
    { how: 'filename* in a form', form: `filename="fallback"; ${extended}` },
    // As browsers write it; a backslash stands for itself there.
    { how: 'filename in a form', form: `filename="${latin1(plain)}"` },
  ];
}

async function upload(
  { api }: House,
  { recordId, query, header, form }: { recordId: string; query?: string; header?: string; form?: string },
) {
  if (form !== undefined) {
    const field = (name: string, value: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const body = Buffer.concat([
      Buffer.from(field('recordId', recordId) + field('type', 'other')),
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="file"; ${form}\r\n\r\n`, 'latin1'),
      text(),
      Buffer.from('\r\n--b--\r\n'),
    ]);
    return api.send('POST', '/v1/documents', {
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: { size: body.length, body },
    });
  }
  const asked = new URLSearchParams({
    recordId,
    type: 'other',
    ...(query === undefined ? {} : { filename: query }),
  });
  return api.send('POST', `/v1/documents?${asked}`, {
    headers: header === undefined ? {} : { 'content-disposition': header },
    body: payload,
  });
}

async function list({ api }: House, query: Record<string, string>): Promise<ApiDocument[]> {
  const found: ApiDocument[] = [];
  for (let cursor: string | null = null; ; ) {
    const asked = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
    const { status, body } = await api.send<{ items: ApiDocument[]; nextCursor: string | null }>(
      'GET',
      `/v1/documents?${asked}`,
    );
    assert.equal(status, 200, JSON.stringify(body));
    found.push(...body.items);
    cursor = body.nextCursor;
    if (cursor === null) return found;
  }
}

/** The header of a download, by key and by link: it holds the name, and nothing but the name. */
async function assertDownloadsAs({ api }: House, { id }: ApiDocument, filename: string): Promise<void> {
  const link = await api.send<{ url: string }>('POST', `/v1/documents/${id}/links`);
  const authorization = `Bearer ${api.key}`;
  for (const answer of [
    await request(`${api.url}/v1/documents/${id}/content`, { headers: { authorization } }),
    await request(`${api.url}/v1/documents/${id}/content?disposition=inline`, { headers: { authorization } }),
    await request(link.body.url),
  ]) {
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(Buffer.from(await answer.body.arrayBuffer()), text());
    const header = String(answer.headers['content-disposition']);
    assert.match(header, /^(attachment|inline); [\x20-\x7e]+$/);
    assert.equal(parse(header).parameters.filename, filename, header);
    assert.equal(answer.headers['x-evil'], undefined);
  }
}

async function keepRecordIds(t: TestContext, house: House): Promise<void> {
  const made = new Map<string, ApiDocument[]>();
  await t.test('record ids of every kind are kept as they are', async () => {
    const keep = async ([recordId, folder]: readonly [string, string]) => {
      for (const how of [{ query: 'a.txt' }, { form: 'filename="a.txt"' }]) {
        const { status, body } = await upload(house, { recordId, ...how });
        assert.equal(status, 201, `${recordId}: ${JSON.stringify(body)}`);
        assert.equal(body.recordId, recordId);
        assert.equal(body.storage.key, `${folder}/other/${body.id}.txt`, recordId);
        made.set(recordId, [...(made.get(recordId) ?? []), body]);
      }
    };
    await Promise.all(Array.from(recordIds, keep));
  });

  await t.test('they are kept apart, and each finds its own', async () => {
    const assertApart = async ([recordId, documents]: readonly [string, ApiDocument[]]) => {
      const found = await list(house, { recordId, sort: 'createdAt' });
      assert.deepEqual(found, documents, recordId);
      for (const document of documents) {
        assert.deepEqual((await house.api.send('GET', `/v1/documents/${document.id}`)).body, document);
        assert.equal((await house.api.content(document.id)).sha256, sha256(text()));
        const { id, recordId: told, type } = (await house.described(document)) ?? {};
        assert.deepEqual({ id, told, type }, { id: document.id, told: recordId, type: 'other' });
      }
      const [older, newer] = documents as [ApiDocument, ApiDocument];
      const claims = { recordId, type: 'other', replaces: older.id };
      const replacing = await house.api.upload('form', claims, payload);
      assert.deepEqual([replacing.status, replacing.body.replaces], [201, older.id], recordId);
      const metadata = { 'replaced by': replacing.body.id };
      const changed = await house.api.send('PATCH', `/v1/documents/${newer.id}`, {
        headers: { 'if-match': `"${newer.revision}"` },
        body: { metadata },
      });
      assert.deepEqual(
        [changed.status, changed.body.recordId, changed.body.metadata],
        [200, recordId, metadata],
      );
      documents.push(replacing.body);
    };
    await Promise.all(Array.from(made, assertApart));
  });

  await t.test('the store holds them under those keys and nothing else', async () => {
    const keys = [...made.values()].flat().map(({ storage }) => storage.key);
    assert.deepEqual((await house.look.keys()).sort(), keys.sort());
    assert.deepEqual(await house.look.leftovers(), []);
    const known = /^(objects|strongroom\.db(-shm|-wal)?|lock\.db(-journal)?)$/;
    assert.deepEqual(
      (await readdir(house.folder)).filter((name) => !known.test(name)),
      [],
    );
  });
}

async function keepFilenames(t: TestContext, house: House): Promise<void> {
  const recordId = 'filenames';
  const keep = ([claimed, kept]: readonly [string, string]) =>
    t.test(`the filename ${JSON.stringify(claimed).slice(0, 60)}`, async () => {
      for (const { how, ...claim } of claims(claimed)) {
        const { status, body } = await upload(house, { recordId, ...claim });
        assert.equal(status, 201, `${how}: ${JSON.stringify(body)}`);
        assert.equal(body.filename, kept, how);
        assert.ok(Buffer.byteLength(body.filename) <= 255);
        assert.equal(body.storage.key, `filenames/other/${body.id}.txt`);
        if (how !== 'query') continue;
        assert.equal((await house.described(body))?.filename, kept);
        await assertDownloadsAs(house, body, kept);
      }
      const { body: plain } = await upload(house, { recordId, query: 'plain.txt' });
      const renamed = await house.api.send('PATCH', `/v1/documents/${plain.id}`, {
        headers: { 'if-match': '"2"' },
        body: { filename: claimed },
      });
      assert.deepEqual([renamed.status, renamed.body.filename], [200, kept]);
      await assertDownloadsAs(house, renamed.body, kept);
    });
  await Promise.all(filenames.map(keep));

  await t.test('sort=filename goes by the bytes of the name, page by page', async () => {
    const found = await list(house, { recordId, sort: 'filename', limit: '7' });
    const names = found.map(({ filename }) => filename);
    assert.deepEqual(new Set(names), new Set(filenames.map(([, kept]) => kept)));
    assert.equal(names.length, filenames.flatMap(([claimed]) => claims(claimed)).length + filenames.length);
    const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(names, sorted);
  });
}

async function keepMetadata(t: TestContext, house: House): Promise<void> {
  const keep = (sent: string, n: number) =>
    t.test(`the metadata ${sent.slice(0, 60)}`, async () => {
      const recordId = `metadata ${n}`;
      // As text: an object with a member __proto__ is easily lost on the way.
      const expected = JSON.stringify(JSON.parse(sent));
      for (const way of ['raw', 'form'] as const) {
        const claims = { recordId, type: 'other', metadata: JSON.parse(sent) as object };
        const { status, body } = await house.api.upload(way, claims, payload);
        assert.deepEqual([status, JSON.stringify(body.metadata)], [201, expected], way);
        const path = `/v1/documents/${body.id}`;
        assert.equal(JSON.stringify((await house.api.send('GET', path)).body.metadata), expected);
        const changed = await house.api.send('PATCH', path, {
          headers: { 'if-match': '"2"' },
          body: { metadata: { before: true } },
        });
        assert.deepEqual(changed.body.metadata, { before: true });
        const back = await house.api.send('PATCH', path, {
          headers: { 'if-match': '"3"' },
          body: { metadata: JSON.parse(sent) as object },
        });
        assert.equal(JSON.stringify(back.body.metadata), expected);
        const [newest] = await list(house, { recordId });
        assert.equal(JSON.stringify(newest?.metadata), expected);
      }
      const { body: plain } = await house.api.upload('raw', { recordId: 'plain', type: 'other' }, payload);
      assert.deepEqual(plain.metadata, {});
      assert.equal('polluted' in plain, false);
    });
  await Promise.all(metadata.map(keep));
}

describe('odd input', { concurrency: true }, () => {
  for (const backend of backends) {
    test(`on ${backend.name}, is kept unharmed`, { skip: backend.missing(), concurrency: 8 }, async (t) => {
      const house = await open(t, backend);
      await keepRecordIds(t, house);
      await keepFilenames(t, house);
      await keepMetadata(t, house);
    });
  }
});
