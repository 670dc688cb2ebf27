import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locate } from './s3-endpoint.ts';

const settings = { bucket: 'papers', region: 'eu-central-1', forcePathStyle: false };

const cases = [
  {
    name: 'AWS: the bucket in the host',
    url: null,
    expected: [
      'https://papers.s3.eu-central-1.amazonaws.com',
      'papers.s3.eu-central-1.amazonaws.com',
      '',
      true,
    ],
  },
  {
    name: 'AWS in China',
    changes: { region: 'cn-north-1' },
    url: null,
    expected: [
      'https://papers.s3.cn-north-1.amazonaws.com.cn',
      'papers.s3.cn-north-1.amazonaws.com.cn',
      '',
      true,
    ],
  },
  {
    name: 'a dot in the bucket’s name: no certificate would fit the host',
    changes: { bucket: 'my.papers' },
    url: null,
    expected: ['https://s3.eu-central-1.amazonaws.com', 's3.eu-central-1.amazonaws.com', '/my.papers', true],
  },
  {
    name: 'an endpoint of AWS, named',
    url: 'https://s3.dualstack.eu-central-1.amazonaws.com',
    expected: [
      'https://papers.s3.dualstack.eu-central-1.amazonaws.com',
      'papers.s3.dualstack.eu-central-1.amazonaws.com',
      '',
      true,
    ],
  },
  {
    name: 'another engine, path style, with a port',
    changes: { forcePathStyle: true },
    url: 'http://127.0.0.1:7480/',
    expected: ['http://127.0.0.1:7480', '127.0.0.1:7480', '/papers', false],
  },
  {
    name: 'an endpoint with a path of its own',
    changes: { forcePathStyle: true },
    url: 'https://example.org:443/storage/v1/s3',
    expected: ['https://example.org', 'example.org', '/storage/v1/s3/papers', false],
  },
  {
    name: 'a host that only looks like AWS',
    url: 'https://amazonaws.com.example.org',
    expected: ['https://papers.amazonaws.com.example.org', 'papers.amazonaws.com.example.org', '', false],
  },
];

for (const { name, changes, url, expected } of cases) {
  test(`locates the bucket at ${name}`, () => {
    const { origin, host, basePath, isAws } = locate({ ...settings, ...changes }, url);
    assert.deepEqual([origin, host, basePath, isAws], expected);
  });
}
