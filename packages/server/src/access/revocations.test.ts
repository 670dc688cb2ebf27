import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasCode, StrongroomError } from '../errors.ts';
import type { Revocation, RevocationPosition, RevocationRecords } from './revocation-records.ts';
import { Revocations } from './revocations.ts';

const inAWeek = Date.now() + 7 * 24 * 3_600_000;
const unavailable = (error: unknown) => hasCode(error, 'records_unavailable');

/** Records whose rows a test writes, and whose questions it counts and may hold or refuse. */
class Kept implements RevocationRecords {
  readonly rows: Revocation[] = [];
  readonly asked: (RevocationPosition | null)[] = [];
  away = false;
  held: Promise<void> | null = null;

  put(id: string, revokedAt: number, expiresAt = inAWeek): void {
    this.rows.push({ id, revokedAt, expiresAt });
    this.rows.sort((a, b) => a.revokedAt - b.revokedAt || (a.id < b.id ? -1 : 1));
  }

  async revoke(id: string, keptFor: number): Promise<void> {
    this.put(id, Date.now(), Date.now() + keptFor);
  }

  async revocations(after: RevocationPosition | null, limit: number): Promise<Revocation[]> {
    this.asked.push(after);
    await this.held;
    if (this.away) throw new StrongroomError('records_unavailable', {});
    const follows = ({ id, revokedAt }: Revocation) =>
      after === null || revokedAt > after.revokedAt || (revokedAt === after.revokedAt && id > after.id);
    return this.rows.filter(follows).slice(0, limit);
  }
}

function opened() {
  const kept = new Kept();
  const clock = { now: 0 };
  return { kept, clock, revocations: new Revocations(kept, () => clock.now) };
}

/** Lets what runs in the background come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('revocations', () => {
  test('are read once for all who ask at once, and then not for a while', async () => {
    const { kept, clock, revocations } = opened();
    kept.put('grant:1', 1);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => revocations.include(`grant:${n}`)),
    );
    assert.deepEqual(
      answers.flatMap((is, n) => (is ? [n] : [])),
      [1],
    );
    clock.now = 2_499;
    assert.equal(await revocations.include('grant:2', 'grant:1'), true);
    assert.equal(kept.asked.length, 1);
  });

  test('are asked for again in the background, and never answered by what is five seconds old', async () => {
    const { kept, clock, revocations } = opened();
    assert.equal(await revocations.include('grant:1'), false);
    kept.put('grant:1', 10);
    clock.now = 2_500;
    let release = () => {};
    kept.held = new Promise((resolve) => {
      release = resolve;
    });
    assert.equal(await revocations.include('grant:1'), false);
    clock.now = 4_999;
    assert.equal(await revocations.include('grant:1'), false);
    assert.equal(kept.asked.length, 2);
    clock.now = 5_000;
    const waits = revocations.include('grant:1');
    release();
    assert.equal(await waits, true);
  });

  test('let nothing in while they can’t be read', async () => {
    const { kept, clock, revocations } = opened();
    kept.away = true;
    await assert.rejects(revocations.include('grant:1'), unavailable);
    kept.away = false;
    assert.equal(await revocations.include('grant:1'), false);
    kept.away = true;
    clock.now = 3_000;
    assert.equal(await revocations.include('grant:1'), false);
    await settled();
    clock.now = 5_000;
    await assert.rejects(revocations.include('grant:1'), unavailable);
  });

  test('that took five seconds to read are too old when they come', async () => {
    const { kept, clock, revocations } = opened();
    let release = () => {};
    kept.held = new Promise((resolve) => {
      release = resolve;
    });
    const waits = revocations.include('grant:1');
    clock.now = 5_000;
    release();
    await assert.rejects(waits, unavailable);
  });

  test('are read a part at a time, then from a minute before the last one on', async () => {
    const { kept, clock, revocations } = opened();
    for (let n = 0; n < 2_500; n++) kept.put(`grant:${n}`, 1_000_000 + n);
    assert.equal(await revocations.include('grant:2499'), true);
    assert.equal(kept.asked.length, 3);
    // Written by a transaction that began before the last one and came after it.
    kept.put('grant:late', 1_000_000);
    clock.now = 6_000;
    assert.equal(await revocations.include('grant:late'), true);
    assert.deepEqual(kept.asked[3], { id: '', revokedAt: 1_002_499 - 60_000 });
    assert.equal(await revocations.include('grant:0'), true);
  });

  test('hold at once where they were made, and are kept a day longer than what they are of', async () => {
    const { kept, revocations } = opened();
    assert.equal(await revocations.include('grant:1'), false);
    await revocations.add('grant:1', inAWeek);
    assert.equal(await revocations.include('grant:1'), true);
    assert.ok(Math.abs((kept.rows[0]?.expiresAt ?? 0) - inAWeek - 24 * 3_600_000) < 1_000);
    await revocations.add('grant:2', Date.now() - 25 * 3_600_000);
    assert.equal(kept.rows.length, 1);
  });
});
