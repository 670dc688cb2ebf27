import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filtersOf, isFiltered, queryOf, sorts } from './filters.ts';

const through = (query: string) => queryOf(filtersOf(new URLSearchParams(query))).toString();

test('the address keeps the filters that are set, and only those', () => {
  assert.equal(through(''), '');
  assert.equal(through('type=id&q=Str%C3%A4%C3%9Fe&other=1&state='), 'q=Str%C3%A4%C3%9Fe&type=id');
  assert.equal(through('sort=-createdAt'), '');
  assert.equal(through('q=%20%20'), '');
});

test('an order that a list can’t have is dropped', () => {
  assert.equal(through('sort=size'), '');
  assert.equal(through('sort=size&recordId=r'), 'recordId=r&sort=size');
  assert.equal(through('sort=createdAt&q=bill'), 'q=bill');
  assert.deepEqual(sorts({ q: '', recordId: '' }), ['-createdAt', 'createdAt']);
});

test('an order alone filters nothing', () => {
  assert.equal(isFiltered(filtersOf(new URLSearchParams('sort=createdAt'))), false);
  assert.equal(isFiltered(filtersOf(new URLSearchParams('state=deleted'))), true);
});
