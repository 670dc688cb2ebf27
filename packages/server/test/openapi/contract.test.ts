/**
 * Calls every operation of openapi.json with input made from it, right and wrong, and holds the answers to it. A failure
 * prints the seed and the path by which fast-check finds it again: STRONGROOM_TEST_SEED=… npm test -- test/openapi.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type Backend, diskAndSqlite, s3AndPostgres } from '../acceptance/backends.ts';
import { type Ending, startServer } from '../harness.ts';
import { type Answer, call, closeConnections, type Input } from './call.ts';
import { type Operation, operations } from './contract.ts';
import { validInput } from './inputs.ts';
import { assertAsDescribed } from './judge.ts';
import { config, everyState, Shelf } from './shelf.ts';
import { wrongInputs } from './wrong-inputs.ts';

interface Place {
  readonly backend: Backend;
  readonly env: Readonly<Record<string, string>>;
  /** How often each operation is called with right input; wrong and random input follow it. */
  readonly runs: number;
  /** Answers that can't come here. */
  readonly without: readonly string[];
  /** Operations that say they are not to be had here. */
  readonly absent: readonly string[];
}

const direct = operations.map(({ operationId }) => operationId).filter((id) => /Direct/.test(id));

const places: readonly Place[] = [
  { backend: diskAndSqlite, env: {}, runs: 12, without: ['openLink 302'], absent: direct },
  {
    backend: s3AndPostgres,
    env: { LINK_MODE: 'redirect', DIRECT_UPLOADS: 'true' },
    runs: 6,
    without: ['openLink 200', 'openLink 206', 'openLink 304'],
    absent: [],
  },
];

const { STRONGROOM_TEST_SEED: seed } = process.env;
const seeded = seed === undefined ? {} : { seed: Number(seed) };
const choices = fc.nat({ max: 10_000 });

const changes = ({ method }: Operation) => Number(method !== 'GET' && method !== 'HEAD');

/** Where a HEAD of its own is described, it is called as such. */
const answersHeadToo = ({ method, path }: Operation) =>
  method === 'GET' && !operations.some((other) => other.method === 'HEAD' && other.path === path);

/** The first choices of each scene come in every run, so that every answer does. */
function everyChoice(operation: Operation): [{ drafted: Input; choice: number }][] {
  return fc
    .sample(validInput(operation), { numRuns: 6, ...seeded })
    .map((drafted, choice) => [{ drafted, choice }]);
}

for (const { backend, env, runs, without, absent } of places) {
  describe(`the service on ${backend.name} answers as openapi.json says`, { skip: backend.missing() }, () => {
    let shelf: Shelf;
    let every: Awaited<ReturnType<typeof everyState>> | undefined;
    const seen = new Set<string>();

    const undo: (() => unknown)[] = [];
    const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };

    before(async () => {
      const prepared = await backend.prepare(ending);
      await writeFile(join(String(prepared.DATA_DIR), 'strongroom.config.json'), JSON.stringify(config));
      shelf = new Shelf(await startServer(ending, { ...prepared, ...env }));
      every = await everyState(shelf);
    });
    after(async () => {
      every?.end();
      closeConnections();
      for (const last of undo) await last();
    });

    const made = async (operation: Operation, input: Input): Promise<Answer> => {
      const answer = await call(shelf.server.url, operation, input);
      seen.add(`${operation.operationId} ${answer.status}`);
      assertAsDescribed(operation, answer);
      return answer;
    };

    /** Right input, fitted to a document that is there. */
    const right = async (operation: Operation, drafted: Input, choice: number): Promise<Input> => {
      const { path = {}, headers = {}, fit = (same: Input) => same } = await shelf.scene(operation, choice);
      const laid = Object.entries({ ...drafted.headers, ...shelf.key, ...headers });
      const kept = laid.filter((pair): pair is [string, string] => pair[1] !== undefined);
      return fit({ ...drafted, path, headers: Object.fromEntries(kept) });
    };

    const holds = <T>(
      arbitrary: fc.Arbitrary<T>,
      options: Pick<fc.Parameters<[T]>, 'numRuns' | 'examples'>,
      predicate: (drawn: T) => Promise<void>,
    ) => fc.assert(fc.asyncProperty(arbitrary, predicate), { ...options, ...seeded });

    for (const operation of operations.filter(({ operationId }) => absent.includes(operationId)))
      it(`${operation.operationId}: is not to be had here`, async () => {
        const [drafted] = fc.sample(validInput(operation), { numRuns: 1, ...seeded });
        const answer = await made(operation, await right(operation, drafted ?? assert.fail(), 0));
        assert.equal(answer.status, 501);
      });

    const present = operations.filter(({ operationId }) => !absent.includes(operationId));
    for (const operation of present) {
      it(`${operation.operationId}: right input succeeds`, async () => {
        const drawn = fc.record({ drafted: validInput(operation), choice: choices });
        await holds(
          drawn,
          { numRuns: runs, examples: everyChoice(operation) },
          async ({ drafted, choice }) => {
            const answer = await made(operation, await right(operation, drafted, choice));
            assert.ok(answer.status < 400, `${answer.status} ${answer.bytes}`);
          },
        );
      });

      it(`${operation.operationId}: wrong input is refused`, async () => {
        for (const wrong of wrongInputs(operation)) {
          const drawn = fc.record({ drafted: validInput(operation), wrong, choice: choices });
          await holds(
            drawn,
            { numRuns: Math.ceil(runs / 8) },
            async ({ drafted, wrong: { what, over }, choice }) => {
              const answer = await made(operation, over(await right(operation, drafted, choice)));
              assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
            },
          );
        }
      });
    }

    for (const operation of operations.filter(answersHeadToo)) {
      it(`${operation.operationId}: HEAD answers as GET does, without a body`, async () => {
        const drawn = fc.record({ drafted: validInput(operation), choice: choices });
        await holds(drawn, { numRuns: 4, examples: everyChoice(operation) }, async ({ drafted, choice }) => {
          const input = await right(operation, drafted, choice);
          const get = await call(shelf.server.url, operation, input);
          const head = await call(shelf.server.url, { ...operation, method: 'HEAD' }, input);
          assert.equal(head.status, get.status);
          assert.equal(head.bytes.length, 0);
          assert.deepEqual(Object.keys(head.headers).sort(), Object.keys(get.headers).sort());
        });
      });
    }

    // What changes documents comes last: until then each is in the state that it was put into.
    for (const operation of operations.toSorted((a, b) => changes(a) - changes(b))) {
      it(`${operation.operationId}: any input, any document is answered as described`, async () => {
        const drawn = fc.record({
          drafted: validInput(operation),
          id: fc.nat({ max: 6 }),
        });
        await holds(drawn, { numRuns: runs }, async ({ drafted, id }) => {
          const { ids = [], tokens = [] } = every ?? {};
          const path = { id: ids[id] ?? '', token: tokens[id % tokens.length] ?? '' };
          await made(operation, { ...drafted, path, headers: { ...drafted.headers, ...shelf.key } });
        });
      });
    }

    it('every answer but problems was met', () => {
      const promised = present.flatMap(({ operationId, responses }) =>
        Object.keys(responses)
          .filter((status) => Number(status) < 400)
          .map((status) => `${operationId} ${status}`),
      );
      assert.deepEqual(
        promised.filter((answer) => !seen.has(answer) && !without.includes(answer)),
        [],
      );
    });
  });
}
