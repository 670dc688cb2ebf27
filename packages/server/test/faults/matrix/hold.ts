/** Turns a peer's rows into tests: one for each cell. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Ending } from '../../harness.ts';
import type { Observed } from './aftermath.ts';
import { calls, type Peer } from './cells.ts';
import { keyOf, tryAll } from './trial.ts';

/** Milliseconds: all trials are made before the first of them is held, which a busy machine takes minutes for. */
const timeout = 600_000;

export function holdMatrix(peer: Peer): void {
  describe(`the fault matrix: ${peer.name}`, { skip: peer.missing(), timeout }, () => {
    // All of them, also when one fails: what is left open would keep this process.
    const undo = new AsyncDisposableStack();
    const ending: Ending = { after: (end) => undo.defer(async () => void (await (end as () => unknown)())) };
    let observed = new Map<string, Observed>();
    before(
      async () => {
        observed = await tryAll(ending, peer);
      },
      { timeout },
    );
    after(() => undo.disposeAsync());
    for (const row of peer.rows) {
      for (const call of calls) {
        const cell = row.cells[call];
        if (cell === undefined) continue;
        const [sees, logs, leaves] = cell;
        test(`${row.fault} · ${call}: ${sees}`, () => {
          const found = observed.get(keyOf(row, call));
          assert.ok(found, 'it was not tried');
          const left = leaves === 'receiving' && found.leaves === 'nothing' ? leaves : found.leaves;
          assert.deepEqual(
            { sees: found.sees, logs: found.logs, leaves: left, wrong: found.wrong },
            { sees, logs, leaves, wrong: [] },
            `the cause in the log: ${found.cause}`,
          );
          if (logs !== null && row.causes.length > 0)
            assert.ok(row.causes.includes(String(found.cause)), `the log's cause is ${found.cause}`);
        });
      }
    }
  });
}
