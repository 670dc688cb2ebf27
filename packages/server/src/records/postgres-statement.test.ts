import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Run } from './postgres-statement.ts';

test('an end without an answer to each statement is a failure, and not "no rows"', () => {
  const statement = { name: 'one', text: 'SELECT 1', integers: [true] };
  const connection = { parsedStatements: {} };
  const outcomes: unknown[] = [];
  for (const answers of [2, 1, 0]) {
    const run = new Run(Array(2).fill({ statement, parameters: [] }));
    run.callback = (error, rows) => outcomes.push(error?.message ?? rows);
    for (let left = answers; left > 0; left--) {
      run.handleDataRow({ fields: ['1'] });
      run.handleCommandComplete();
    }
    run.handleReadyForQuery(connection);
  }
  assert.deepEqual(outcomes, [
    [[[1]], [[1]]],
    'The database left 1 of 2 statements without an answer.',
    'The database left 2 of 2 statements without an answer.',
  ]);
});
