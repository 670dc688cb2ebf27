import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnv } from 'node:util';
import { StartError } from '../errors.ts';
import { withSettings } from './settings-file.ts';

test('a value reads back as it was given, whatever is in it', () => {
  const values = [
    'plain',
    'a#b c',
    '$HOME `id` $(id)',
    "it's",
    '"',
    "it's\\na secret",
    '\\n',
    "'`",
    ' blanks ',
    'export A=b',
    'é\u00a0\u{1f512}',
  ];
  for (const value of values) {
    const text = withSettings('OTHER=kept\n', ['S3_SECRET_ACCESS_KEY'], { S3_SECRET_ACCESS_KEY: value });
    assert.deepEqual({ ...parseEnv(text) }, { OTHER: 'kept', S3_SECRET_ACCESS_KEY: value }, value);
  }
});

test('a value that could end its line, or that no quotes can hold, is refused', () => {
  for (const value of ['a\nDATA_DIR=/elsewhere', 'a\rDATA_DIR=/elsewhere', 'a\0b', '\'`"', '\'`\\n"'])
    assert.throws(
      () => withSettings('', ['S3_BUCKET'], { S3_BUCKET: value }),
      StartError,
      JSON.stringify(value),
    );
});
