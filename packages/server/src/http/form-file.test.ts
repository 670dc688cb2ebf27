import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../errors.ts';
import { BoundaryScanner, epilogueLimit } from './form-file.ts';

const boundary = 'XbX';

/** What the scanner passes on of `body`, cut at `cuts`. */
function scanned(body: Buffer, cuts: readonly number[]): { file: Buffer; closed: boolean } {
  const scanner = new BoundaryScanner(boundary);
  const file: Buffer[] = [];
  let from = 0;
  for (const to of [...cuts, body.length]) {
    scanner.scan(body.subarray(from, to), (bytes) => file.push(Buffer.from(bytes)));
    from = to;
  }
  return { file: Buffer.concat(file), closed: scanner.closed };
}

/** Pieces that look nearly like a boundary, among them every beginning of one. */
const pieces = [
  ...Array.from({ length: 7 }, (_, length) => '\r\n--XbX'.slice(0, length + 1)),
  '\r\n--XbXX',
  '\r\n--XbX-',
  '\r\n--XbX-X',
  '\r\n--XbX\r',
  '\r\n--XbX\n',
  '--XbX--',
  '\n--XbX--',
  '\r--XbX--',
  '\r\r\n--Xb',
  '\r\n--xbx--',
  'X',
  '-',
  '\r',
  '\n',
  '\0',
];
const endings = ['', '\r\n', '\n', ' \t\r\n', '\r\nan epilogue\r\n--XbX--', '\r\n\r\n--XbX\r\n'];

test('whatever the file holds and however it is cut, exactly its bytes are passed on', () => {
  const file = fc
    .array(
      fc.oneof(
        fc.constantFrom(...pieces).map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 9 }),
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => Buffer.concat(parts))
    // The one thing that no file in a form may hold is the boundary itself (RFC 2046 §5.1.1).
    .filter(
      (bytes) =>
        `${bytes.toString('latin1')}\r\n--XbX--`.search(/\r\n--XbX(?:--|\r\n|[ \t])/) === bytes.length,
    );
  fc.assert(
    fc.property(
      file,
      fc.constantFrom(...endings),
      fc.array(fc.nat(200), { maxLength: 8 }),
      (bytes, ending, at) => {
        const body = Buffer.concat([bytes, Buffer.from(`\r\n--XbX--${ending}`)]);
        const cuts = at.map((cut) => Math.min(cut, body.length)).sort((a, b) => a - b);
        const result = scanned(body, cuts);
        assert.equal(result.file.toString('latin1'), bytes.toString('latin1'));
        assert.ok(result.closed);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a boundary is found when it is cut at every position, and byte by byte', () => {
  for (const file of ['', 'x', '\r', '\r\n', '\r\n--Xb', '\r\n--XbXX\r\n--XbX-x', 'a\r\n\r\n-']) {
    for (const ending of endings) {
      const body = Buffer.from(`${file}\r\n--XbX--${ending}`);
      for (let cut = 0; cut <= body.length; cut++) {
        for (let second = cut; second <= body.length; second++) {
          const result = scanned(body, [cut, second]);
          assert.deepEqual(
            [result.file.toString(), result.closed],
            [file, true],
            `${JSON.stringify(file)} at ${cut}`,
          );
        }
      }
      const single = scanned(
        body,
        Array.from({ length: body.length }, (_, at) => at + 1),
      );
      assert.deepEqual([single.file.toString(), single.closed], [file, true]);
    }
  }
});

test('a boundary that is not closed is no end', () => {
  for (const body of ['file', 'file\r\n--XbX', 'file\r\n--XbX-', 'file\n--XbX--', 'file\r\n--XbY--']) {
    assert.equal(scanned(Buffer.from(body), []).closed, false, body);
  }
});

test('a part after the file and an endless epilogue are refused', () => {
  const invalid = (body: string, cuts: number[]) =>
    assert.throws(
      () => scanned(Buffer.from(body), cuts),
      (error) => hasCode(error, 'invalid_form'),
    );
  for (const next of ['\r\n', ' \r\n', '\t']) {
    const body = `file\r\n--XbX${next}Content-Disposition: form-data; name="type"\r\n\r\nother\r\n--XbX--`;
    for (let cut = 0; cut < 20; cut++) invalid(body, [cut]);
  }
  invalid(`file\r\n--XbX--${'x'.repeat(epilogueLimit + 1)}`, [100]);
});
