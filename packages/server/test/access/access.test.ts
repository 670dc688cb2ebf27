/** Every route × everybody who may come to it: docs/access.md says what each is answered, and this holds it to that. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Dispatcher, request } from 'undici';
import type { Doors } from '../../src/http/doors.ts';
import { createServer } from '../../src/http/server.ts';
import { type Backend, diskAndSqlite, s3AndPostgres } from '../acceptance/backends.ts';
import type { Ending, TestServer } from '../harness.ts';
import { type Call, calls, Ground } from './calls.ts';
import { type Credentials, credentials } from './credentials.ts';
import { rows, worded } from './page.ts';

/** Each method of each path; a GET answers HEAD as well. */
async function routes(): Promise<string[]> {
  const server = await createServer({ trustProxy: false } as unknown as Doors);
  await server.close();
  const all = server.routes.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  return all.filter((route) => !route.startsWith('HEAD ') || !all.includes(route.replace(/^HEAD /, 'GET ')));
}

test('every route has one row, and every row a route', async () => {
  assert.deepEqual(rows.flatMap((row) => row.routes).toSorted(), (await routes()).toSorted());
});

/** On disk there are no direct uploads: whoever may upload hears that, whatever else there is to say. */
function onThis(backend: Backend, route: string, cell: string): string {
  const isAbsent = backend === diskAndSqlite && route.includes('/v1/direct-uploads');
  return isAbsent && /^(2..|404)$/.test(cell) ? '501 direct_uploads_unavailable' : cell;
}

for (const backend of [diskAndSqlite, s3AndPostgres]) {
  describe(`who may do what on ${backend.name}`, { skip: backend.missing() }, () => {
    let server: TestServer;
    let everybody: Credentials;
    const undo: (() => unknown)[] = [];
    const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };

    before(async () => {
      const settings = await backend.prepare(ending);
      server = await backend.start(ending, { ...settings, DIRECT_UPLOADS: 'true' });
      everybody = await credentials(server, settings);
    });
    after(async () => {
      for (const last of undo) await last();
    });

    const answered = async (method: string, { path, headers, body }: Call, held: object): Promise<string> => {
      const answer = await request(server.url + path, {
        method: method as Dispatcher.HttpMethod,
        headers: { ...headers, ...held },
        body: body ?? null,
      });
      const text = await answer.body.text();
      if (answer.statusCode < 400 || method === 'HEAD') return worded(answer.statusCode, undefined);
      return worded(answer.statusCode, JSON.parse(text).code);
    };

    for (const { routes, cells } of rows) {
      for (const route of routes) {
        test(route, async () => {
          const [method = '', url = ''] = route.split(' ');
          const call = calls[route] ?? (async () => ({ path: url.replace('*', 'x') }));
          const ground = new Ground(server);
          const found = await Promise.all(
            [...everybody].map(async ([name, fields]): Promise<[string, string]> => {
              const [made, held] = [await call(ground), await fields()];
              const answer = await answered(method, made, held);
              if (method === 'GET') {
                const head = Number.parseInt(await answered('HEAD', made, held), 10);
                assert.equal(head >= 400, !/^[23]/.test(answer), `HEAD for ${name}: ${head}, ${answer}`);
              }
              return [name, answer];
            }),
          );
          const wanted = [...cells].map(([name, cell]) => [name, onThis(backend, route, cell)]);
          assert.deepEqual(Object.fromEntries(found), Object.fromEntries(wanted));
        });
      }
    }
  });
}
