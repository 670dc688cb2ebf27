/** docs/monitoring/: every expression of the alerts and the dashboard, held to what a running service tells. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parser } from '@prometheus-io/lezer-promql';
import { request } from 'undici';
import { parse } from 'yaml';
import * as fixtures from '../fixtures/make.ts';
import { startServer } from '../harness.ts';
import { ApiClient } from './client.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../../../docs/monitoring/${name}`, import.meta.url), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const { groups } = parse(read('alerts.yml')) as { groups: readonly { rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(read('dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
};
const charts = dashboard.panels.filter(({ type }) => type !== 'row');

/** What an expression asks for: of each metric its labels and, where it names one value, the value. */
interface Asked {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string | null }[];
}

/** Raises where the expression is not PromQL. `by` are the labels that it groups by. */
function readExpression(expression: string): { asked: Asked[]; by: string[] } {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const asked: { metric: string; matchers: { label: string; value: string | null }[] }[] = [];
  const by: string[] = [];
  let label = '';
  parser.parse(text).iterate({
    enter({ type, name, from, to, node }) {
      const written = text.slice(from, to);
      assert.ok(!type.isError, `not PromQL at ${from}: ${text}`);
      if (name === 'Identifier') asked.push({ metric: written, matchers: [] });
      if (name === 'LabelName') {
        label = written;
        if (node.parent?.name === 'GroupingLabels') by.push(written);
      }
      if (name === 'EqlSingle') asked.at(-1)?.matchers.push({ label, value: '' });
      if (['Neq', 'EqlRegex', 'NeqRegex'].includes(name)) asked.at(-1)?.matchers.push({ label, value: null });
      if (name === 'StringLiteral') {
        const last = asked.at(-1)?.matchers.at(-1);
        if (last?.value === '') last.value = JSON.parse(written);
      }
    },
  });
  return { asked, by };
}

/** What GET /metrics tells: of each name that can be asked for, the values of each label. */
type Told = Map<string, Map<string, Set<string>>>;

/** Prometheus adds these to whatever it scrapes. */
const ofTheScrape = ['job', 'instance'];

function readMetrics(text: string): Told {
  const told: Told = new Map([['up', new Map()]]);
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes) told.set(name + suffix, new Map());
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)\{(.*)\} \S+$/gm)) {
    for (const [, label = '', value = ''] of labels.matchAll(/([a-z_]+)="([^"]*)"/g)) {
      const values = told.get(name);
      values?.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
  return told;
}

/** What is wrong with an expression, in words. */
function complaints(told: Told, expression: string): string[] {
  const { asked, by } = readExpression(expression);
  const unknown = asked.flatMap(({ metric, matchers }) => {
    const labels = told.get(metric);
    if (!labels) return [`${metric} is not told`];
    return matchers.flatMap(({ label, value }) => {
      if (ofTheScrape.includes(label)) return [];
      const values = labels.get(label);
      if (!values) return [`${metric} has no label ${label}`];
      return value === null || values.has(value) ? [] : [`${metric} has never ${label}="${value}"`];
    });
  });
  const known = new Set([
    ...ofTheScrape,
    ...asked.flatMap(({ metric }) => [...(told.get(metric)?.keys() ?? [])]),
  ]);
  return [
    ...(asked.length === 0 ? ['it asks for nothing'] : []),
    ...unknown,
    ...by.filter((name) => !known.has(name)).map((name) => `nothing has a label ${name}`),
  ].map((complaint) => `${complaint}: ${expression}`);
}

test('every name, label and value in alerts and dashboard is told by a running service', async (t) => {
  const server = await startServer(t);
  const api = new ApiClient(server);
  const bytes = fixtures.pdf();
  const { body } = await api.upload(
    'raw',
    { recordId: 'r', type: 'id' },
    { size: bytes.length, body: bytes },
  );
  await api.content(body.id);
  const scrape = async () => {
    const answer = await request(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    return answer.body.text();
  };
  let text = await scrape();
  while (!/requests_total\{.*content".*\} 1/.test(text)) text = await scrape();
  const told = readMetrics(text);
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.annotations.list.map(({ expr }) => expr),
  ];
  assert.ok(expressions.length > 50, `${expressions.length} were found`);
  assert.equal(expressions.flatMap((each) => complaints(told, each)).join('\n'), '');

  const wrong = (expression: string) => complaints(told, expression).join('\n');
  assert.match(wrong('rate(strongroom_http_request_total[5m])'), /is not told/);
  assert.match(wrong('strongroom_ready{piece="store"}'), /no label piece/);
  assert.match(wrong('strongroom_ready{piece!="store"}'), /no label piece/);
  assert.match(wrong('strongroom_ready{part="bucket"}'), /never part="bucket"/);
  assert.match(wrong('sum by (route) (strongroom_ready)'), /nothing has a label route/);
  assert.throws(() => wrong('sum by (job (strongroom_ready)'), /not PromQL/);
});

test('every alert says how urgent it is, what happened and what to do', () => {
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, labels, annotations } of rules) {
    assert.match(alert, /^Strongroom[A-Z]\w+$/);
    assert.match(labels.severity, /^(critical|warning)$/, alert);
    assert.ok(annotations.summary.length > 10 && annotations.runbook.length > 80, alert);
    assert.match(annotations.runbook.trim(), /\.$/, alert);
  }
});

test('the panels of the dashboard have ids of their own and lie beside each other', () => {
  const { panels } = dashboard;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const { id, gridPos: a } of panels) {
    assert.ok(a.x + a.w <= 24, String(id));
    for (const { id: other, gridPos: b } of panels) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      assert.ok(id === other || apart, `${id} lies on ${other}`);
    }
  }
});
