import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal, typesFor } from './check.ts';
import { droppedFiles } from './dropped.ts';
import { acceptOf, claimedKind } from './kinds.ts';
import { Meter } from './meter.ts';

const kinds = { label: '', trashFor: 0 };
const small = { ...kinds, id: 'small', accept: ['application/pdf'], maxSize: 10 };
const large = { ...kinds, id: 'large', accept: ['application/pdf', 'text/csv'], maxSize: 1000 };
const file = (name: string, size: number, type = '') => new File([new Uint8Array(size)], name, { type });

describe('what is checked before a file is sent', () => {
  it('goes by the extension before the system’s word', () => {
    assert.equal(claimedKind(file('a.csv', 1, 'application/vnd.ms-excel')), 'text/csv');
    assert.equal(claimedKind(file('a.HEIC', 1)), 'image/heic');
    assert.equal(claimedKind(file('a.svg', 1, 'image/svg+xml')), 'image/svg+xml');
    assert.equal(claimedKind(file('scan', 1)), '');
    assert.equal(acceptOf(['image/jpeg']), 'image/jpeg,.jpg,.jpeg');
  });

  it('finds the types that take it, and else the reason that is nearest to one', () => {
    assert.deepEqual(
      typesFor(file('a.pdf', 5), [small, large]).map(({ id }) => id),
      ['small', 'large'],
    );
    assert.deepEqual(
      typesFor(file('a.pdf', 50), [small, large]).map(({ id }) => id),
      ['large'],
    );
    assert.deepEqual(typesFor(file('a.exe', 5, 'application/x-msdownload'), [small, large]), []);
    assert.equal(refusal(file('unknown', 5), [small]), null);
    assert.deepEqual(refusal(file('a.pdf', 2000), [small, large])?.parameters, {
      limit: 1000,
      received: 2000,
    });
    assert.equal(refusal(file('a.csv', 2000), [small])?.code, 'type_refused');
    assert.equal(refusal(file('a.pdf', 0), [small])?.code, 'empty_body');
  });
});

describe('speed', () => {
  it('is smoothed, shown late, and held for a second', () => {
    let now = 0;
    const meter = new Meter(() => now);
    const after = (ms: number, sent: number) => {
      now += ms;
      meter.note(sent);
      return meter.pace(10_000);
    };
    assert.equal(after(0, 0), null);
    assert.equal(after(1000, 1000), null);
    const first = after(1000, 2000);
    assert.deepEqual(first, { speed: 1000, left: 8 });
    assert.equal(after(500, 4000), first);
    const second = after(600, 4000);
    assert.ok(second && second.speed > 1000 && second.speed < 2000, `${second?.speed}`);
    assert.equal(after(100, 0), null, 'an attempt from the start is measured anew');
  });
});

describe('a drop', () => {
  const entry = (name: string, children?: object[]) => {
    const groups = children && [children, []];
    return {
      name,
      isFile: !children,
      isDirectory: Boolean(children),
      file: (done: (file: File) => void) => done(file(name, 1)),
      createReader: () => ({ readEntries: (done: (some: object[]) => void) => done(groups?.shift() ?? []) }),
    };
  };
  const data = (...entries: object[]) =>
    ({
      items: entries.map((each) => ({ kind: 'file', webkitGetAsEntry: () => each })),
      files: [],
    }) as unknown as DataTransfer;
  const scans = () => entry('Scans', [entry('a.pdf'), entry('.DS_Store'), entry('deep', [entry('b.pdf')])]);

  it('opens folders where several files may come, without what systems leave there', async () => {
    const { files, folders } = await droppedFiles(data(scans(), entry('c.pdf'), entry('void', [])), true);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['a.pdf', 'b.pdf', 'c.pdf'],
    );
    assert.deepEqual(folders, ['void']);
  });

  it('names the folders that it does not open', async () => {
    const { files, folders } = await droppedFiles(data(scans(), entry('c.pdf')), false);
    assert.deepEqual([files.length, folders], [1, ['Scans']]);
  });
});
