import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Revocation } from '../../src/access/revocation-records.ts';
import type { Allowance, Draft, Idempotency } from '../../src/records/document-records.ts';
import type { Opened } from './document-records.ts';
import { refuses } from './document-records-refusals.ts';
import { available, draft, freshRecord, happened, minute, once } from './document-records-samples.ts';

/** What the records keep for grants: their places, and what was revoked. */
export function describeAccess(opened: () => Opened): void {
  describeAllowance(opened);
  describeRevocations(opened);
}

function describeAllowance(opened: () => Opened): void {
  const allowanceOf = (files: number): Allowance => ({
    grant: randomBytes(16).toString('hex'),
    files,
    keptFor: minute,
  });
  const bring = (
    allowance: Allowance,
    line?: Idempotency,
    given: Partial<Draft> = {},
    at = opened().records,
  ) =>
    at.create(
      draft({ createdBy: { kind: 'grant', id: allowance.grant }, ...given }),
      happened(),
      line,
      allowance,
    );
  const abandon = (id: string) =>
    opened().records.transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, happened());
  const usedUp = refuses('grant_used_up', { maxFiles: 2 });

  test('a grant brings as many documents as it has places, and no row is left of one too many', async () => {
    const { records } = opened();
    const allowance = allowanceOf(2);
    const recordId = freshRecord();
    const { document } = await bring(allowance, undefined, { recordId });
    assert.deepEqual(document.createdBy, { kind: 'grant', id: allowance.grant });
    const line = once();
    await bring(allowance, line, { recordId });
    const late = draft({ recordId, createdBy: { kind: 'grant', id: allowance.grant } });
    const next = once();
    await assert.rejects(records.create(late, happened(), undefined, allowance), usedUp);
    await assert.rejects(records.create(late, happened(), next, allowance), usedUp);
    assert.equal(await records.get(late.id), null);
    assert.deepEqual(await records.events(late.id), []);
    // Its idempotency line is not kept either: with another grant it goes on.
    assert.equal((await bring(allowanceOf(1), next, { recordId })).created, true);
    await records.transition(document.id, ['receiving'], 'available', { size: 1, dueIn: null }, happened());
    await records.transition(document.id, ['available'], 'deleted', { dueIn: 0 }, happened());
    await assert.rejects(bring(allowance), usedUp);
  });

  test('an abandoned upload gives its place back, once', async () => {
    const allowance = allowanceOf(2);
    const [first] = [await bring(allowance), await bring(allowance)];
    await assert.rejects(bring(allowance), usedUp);
    await abandon(first.document.id);
    await assert.rejects(abandon(first.document.id), refuses('state_conflict'));
    await opened().records.forget(first.document.id);
    await bring(allowance);
    await assert.rejects(bring(allowance), usedUp);
  });

  test('what no grant brought gives no place back', async () => {
    const { records } = opened();
    const allowance = allowanceOf(1);
    await bring(allowance);
    const { document } = await records.create(
      draft({ createdBy: { kind: 'key', id: allowance.grant } }),
      happened(),
    );
    await abandon(document.id);
    await assert.rejects(bring(allowance), refuses('grant_used_up'));
  });

  test('a replay takes no place, also when none is left', async () => {
    const { records } = opened();
    const allowance = allowanceOf(1);
    const line = once();
    const recordId = freshRecord();
    const { document } = await bring(allowance, line, { recordId });
    await assert.rejects(bring(allowance, line, { recordId }), refuses('idempotency_in_progress'));
    await records.transition(document.id, ['receiving'], 'available', { size: 1, dueIn: null }, happened());
    const again = await bring(allowance, line, { recordId });
    assert.deepEqual([again.created, again.document.id], [false, document.id]);
    await assert.rejects(bring(allowance, { ...line, fingerprint: 'f-2' }), refuses('idempotency_mismatch'));
    await assert.rejects(bring(allowance), refuses('grant_used_up'));
  });

  test('who takes over from a dead upload has its place', async () => {
    const { records } = opened();
    const allowance = allowanceOf(1);
    const line = once();
    const dead = await bring(allowance, line, { dueIn: 0 });
    const next = await bring(allowance, line);
    assert.equal(next.created, true);
    assert.equal((await records.get(dead.document.id))?.state, 'abandoned');
    await assert.rejects(bring(allowance), refuses('grant_used_up'));
  });

  test('a dead upload that another grant takes over gives the place of its own grant back', async () => {
    const [dying, next] = [allowanceOf(1), allowanceOf(1)];
    const line = once();
    await bring(dying, line, { dueIn: 0 });
    assert.equal((await bring(next, line)).created, true);
    await assert.rejects(bring(next), refuses('grant_used_up'));
    assert.equal((await bring(dying)).created, true);
  });

  test('a grant that is used up leaves the dead upload of another as it is', async () => {
    const { records } = opened();
    const [dying, full] = [allowanceOf(1), allowanceOf(1)];
    await bring(full);
    const line = once();
    const dead = await bring(dying, line, { dueIn: 0 });
    await assert.rejects(bring(full, line), refuses('grant_used_up'));
    assert.equal((await records.get(dead.document.id))?.state, 'receiving');
    await assert.rejects(bring(dying), refuses('grant_used_up'));
  });

  test('a refused replaces takes no place', async () => {
    const { records } = opened();
    const allowance = allowanceOf(1);
    const recordId = freshRecord();
    const other = await available(records);
    const refused = refuses('invalid_input', { field: 'replaces' });
    await assert.rejects(bring(allowance, undefined, { recordId, replaces: other.id }), refused);
    await assert.rejects(bring(allowance, once(), { recordId, replaces: other.id }), refused);
    await bring(allowance, once(), { recordId });
  });

  test('what a grant brought is forgotten when it is kept no longer, and not before', async () => {
    const [kept, brief] = [allowanceOf(1), { ...allowanceOf(1), keptFor: 1 }];
    await bring(kept);
    await bring(brief);
    await sleep(20);
    await assert.rejects(bring(brief), refuses('grant_used_up'));
    // The first upload by another grant takes rows away that nobody needs.
    await bring(allowanceOf(1));
    assert.equal((await bring(brief)).created, true);
    await assert.rejects(bring(kept), refuses('grant_used_up'));
  });

  test('of 20 racing uploads as many are created as there are places, with and without idempotency keys', async () => {
    const { records, second } = opened();
    for (const line of [() => undefined, () => once()]) {
      const allowance = allowanceOf(3);
      const recordId = freshRecord();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          bring(allowance, line(), { recordId }, n % 2 ? records : second),
        ),
      );
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      for (const { reason } of lost) refuses('grant_used_up', { maxFiles: 3 })(reason);
      assert.equal(lost.length, 17);
      const page = { sort: { by: 'createdAt', descending: false }, limit: 50 } as const;
      assert.equal((await records.find({ recordId }, page)).documents.length, 3);
    }
  });

  test('places that are given back while others are taken are neither lost nor doubled', async () => {
    const { records, second } = opened();
    const [one, two] = [allowanceOf(3), allowanceOf(3)];
    const alive = new Map<Allowance, number>([
      [one, 0],
      [two, 0],
    ]);
    const client = async (n: number) => {
      const at = n % 2 ? records : second;
      const allowance = n % 4 < 2 ? one : two;
      for (let round = 0; round < 12; round++) {
        const made = await bring(allowance, round % 3 ? once() : undefined, {}, at).catch(
          (error: unknown) => {
            refuses('grant_used_up')(error);
            return null;
          },
        );
        if (made === null) continue;
        alive.set(allowance, (alive.get(allowance) ?? 0) + 1);
        assert.ok((alive.get(allowance) ?? 0) <= 3);
        await sleep(1);
        // No longer counted here before it is given back there.
        alive.set(allowance, (alive.get(allowance) ?? 0) - 1);
        await abandon(made.document.id);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => client(n)));
    for (const allowance of [one, two]) {
      for (let n = 0; n < 3; n++) await bring(allowance);
      await assert.rejects(bring(allowance), refuses('grant_used_up'));
    }
  });
}

function describeRevocations(opened: () => Opened): void {
  const all = async (after: Revocation | null = null) => {
    const found: Revocation[] = [];
    for (let last = after; ; ) {
      const page: Revocation[] = await opened().second.revocations(last, 3);
      found.push(...page);
      last = page.at(-1) ?? last;
      if (page.length < 3) return found;
    }
  };

  test('what is revoked is told in order, a part at a time, until it is kept no longer', async () => {
    const { records } = opened();
    const ids = Array.from({ length: 8 }, (_, n) => `grant:${n}${randomBytes(8).toString('hex')}`);
    for (const id of ids) await records.revoke(id, minute);
    const found = await all();
    assert.deepEqual(
      found
        .map(({ id }) => id)
        .filter((id) => ids.includes(id))
        .sort(),
      [...ids].sort(),
    );
    const times = found.map(({ revokedAt }) => revokedAt);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual(await all(found[4]), found.slice(5));
    for (const { revokedAt, expiresAt } of found.slice(-8))
      assert.ok(Math.abs(expiresAt - revokedAt - minute) < 5_000);
    const brief = `grant:${randomBytes(8).toString('hex')}`;
    await records.revoke(brief, 1);
    await sleep(20);
    assert.ok(!(await all()).some(({ id }) => id === brief));
  });

  test('a repeat comes anew in the order: whoever read on before sees it', async () => {
    const { records } = opened();
    const id = `grant:${randomBytes(8).toString('hex')}`;
    await records.revoke(id, minute);
    const last = (await all()).at(-1) ?? null;
    await sleep(5);
    await records.revoke(id, minute);
    const [again, ...more] = await all(last);
    assert.deepEqual([again?.id, more], [id, []]);
  });

  test('racing revocations of one id are all success', async () => {
    const { records, second } = opened();
    const id = `grant:${randomBytes(8).toString('hex')}`;
    await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? records : second).revoke(id, minute)));
    assert.equal((await all()).filter((each) => each.id === id).length, 1);
  });
}
