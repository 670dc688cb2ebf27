import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as make from '../../server/test/fixtures/make.ts';
import { bomb, turnedJpeg } from '../../server/test/fixtures/pictures.ts';
import { imageHead } from '../src/frame/dimensions.ts';

/** A picture's first bytes by hand, where no encoder is at hand that writes them. */
function webpOf(chunk: string, body: number[]): Buffer {
  return Buffer.concat([Buffer.from(`RIFF\0\0\0\0WEBP${chunk}\0\0\0\0`, 'latin1'), Buffer.from(body)]);
}

for (const { what, bytes, type, width, height } of [
  { what: 'PNG', bytes: make.png(), type: 'image/png', width: 1, height: 1 },
  {
    what: 'a PNG that claims too much',
    bytes: bomb(60_000, 50_000),
    type: 'image/png',
    width: 60_000,
    height: 50_000,
  },
  { what: 'JPEG', bytes: make.jpeg(), type: 'image/jpeg', width: 8, height: 8 },
  { what: 'JPEG behind EXIF', bytes: turnedJpeg(), type: 'image/jpeg', width: 16, height: 8 },
  { what: 'GIF', bytes: make.gif(), type: 'image/gif', width: 1, height: 1 },
  { what: 'WebP, lossless', bytes: make.webp(), type: 'image/webp', width: 1, height: 1 },
  {
    what: 'WebP, lossy',
    bytes: webpOf('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, 0x20, 3, 0x58, 2]),
    type: 'image/webp',
    width: 800,
    height: 600,
  },
  {
    what: 'WebP, extended',
    bytes: webpOf('VP8X', [0, 0, 0, 0, 0xff, 0xff, 0, 0x0f, 0x27, 0]),
    type: 'image/webp',
    width: 65_536,
    height: 10_000,
  },
]) {
  test(`tells how large a picture is before it is decoded: ${what}`, () => {
    assert.deepEqual(imageHead(bytes), { type, width, height });
  });
}

test('what is none of them, or ends too early, has no size', () => {
  for (const bytes of [make.pdf(), make.tiff(), make.svg(), Buffer.alloc(0), Buffer.alloc(40, 0xff)])
    assert.equal(imageHead(bytes), null);
  for (const bytes of [make.png(), make.jpeg(), make.gif(), make.webp(), turnedJpeg()])
    for (const length of [0, 3, 9]) assert.equal(imageHead(bytes.subarray(0, length)), null);
});
