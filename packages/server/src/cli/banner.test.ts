import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { FirstKey } from '../access/first-key.ts';
import type { Started } from '../compose.ts';
import { defaultDocumentTypes } from '../settings/document-types.ts';
import { banner } from './banner.ts';

const options = { version: '1.2.3', types: defaultDocumentTypes(0), publicUrl: null, color: false };
const started: Started = {
  url: 'http://127.0.0.1:8080',
  store: 'file:///srv/data/objects/',
  records: 'SQLite in /srv/data/strongroom.db',
  firstKey: { kind: 'file', path: '/srv/data/first-key', id: '1' },
  firstCode: { kind: 'file', path: '/srv/data/first-code' },
  waitingFor: [],
  faults: [],
};
const shown = (changes: Partial<Started>, more = {}) =>
  banner({ ...started, ...changes }, { ...options, ...more });

test('the whole of it', () => {
  assert.equal(
    shown({}),
    `
Strongroom 1.2.3

  Open       http://127.0.0.1:8080/sign-in and sign in with the code in /srv/data/first-code
  Listening  http://127.0.0.1:8080
  Documents  file:///srv/data/objects/
  Records    SQLite in /srv/data/strongroom.db
  API key    in /srv/data/first-key

  Store a first document:

  export STRONGROOM_API_KEY="$(cat /srv/data/first-key)"
  curl -sS -H "Authorization: Bearer $STRONGROOM_API_KEY" -F recordId=demo-1 -F type=other -F 'file=Hello, Strongroom!;filename=hello.txt' http://127.0.0.1:8080/v1/documents

`,
  );
});

test('each kind of key says where it is; a printed one is there once', () => {
  const says = (firstKey: FirstKey | null) => shown({ firstKey });
  assert.match(says({ kind: 'set' }), /API key +STRONGROOM_API_KEY, as set\n/);
  assert.match(says({ kind: 'exists' }), /API key +made earlier; .*strongroom keys create\n/);
  assert.match(says(null), /API key +looked for when/);
  const printed = says({ kind: 'printed', key: 'sr_1_secret', id: '1' });
  assert.match(printed, /\n {2}export STRONGROOM_API_KEY=sr_1_secret\n/);
  assert.equal(printed.split('sr_1_secret').length, 2);
  assert.match(
    says({ kind: 'file', path: "/srv/it's here/first-key", id: '1' }),
    /"\$\(cat '\/srv\/it'\\''s here\/first-key'\)"/,
  );
});

test('the first line invites: by a code that is shown once, by the file of one, or by a key', () => {
  const opens = (changes: Partial<Started>, more = {}) => shown(changes, more).split('\n')[3];
  const printed = { firstCode: { kind: 'printed', code: '7KQ2M-X4R9D-0HTBW' } } as const;
  assert.equal(opens(printed), '  Open       http://127.0.0.1:8080/sign-in#code=7KQ2M-X4R9D-0HTBW');
  assert.equal(
    opens(printed, { publicUrl: 'https://documents.example.org' }),
    '  Open       https://documents.example.org/sign-in#code=7KQ2M-X4R9D-0HTBW',
  );
  assert.match(
    opens({ firstCode: null }) ?? '',
    /^ {2}Open +http:\/\/127\.0\.0\.1:8080\/ and sign in with an API key/,
  );
  assert.doesNotMatch(shown({ url: null }), /Open/);
});

test('what can’t be reached is said', () => {
  assert.match(shown({ waitingFor: ['records', 'store'] }), /Waiting +the records .*\n.*Waiting +the store /);
});

test('what the store does not do is said, with what to change', () => {
  const fault = { name: 'acl', detail: 'it was dropped', remedy: 'Set S3_ACL=none.' };
  const faults = [{ ...fault, ok: false, needed: true, result: 'fails' as const, effect: 'nothing' }];
  assert.match(shown({ faults }), /\n {2}Attention {2}acl: it was dropped\. Set S3_ACL=none\.\n/);
});

test('without a type that takes text, the command asks for a file of the reader’s', () => {
  const types = [{ id: 'id', accept: ['application/pdf'] }];
  assert.match(shown({}, { types }), /-F type=id -F file=@document\.pdf http/);
});

test('behind an app’s own server there is no command', () => {
  assert.doesNotMatch(shown({ url: null }), /curl/);
});

test('colours change no word', () => {
  const coloured = shown({}, { color: true });
  assert.notEqual(coloured, shown({}));
  assert.equal(stripVTControlCharacters(coloured), shown({}));
});
