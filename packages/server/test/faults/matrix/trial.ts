/** Makes the calls of a matrix under its faults and writes down what is seen; the tests of hold.ts hold it to the cells. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { request } from 'undici';
import { type Answer, ApiClient, type ApiDocument } from '../../acceptance/client.ts';
import { paddedPdf } from '../../fixtures/make.ts';
import { type Ending, startServer, type TestServer } from '../../harness.ts';
import { lookAfter, type Observed, readLog, settled, type Trial, wrongIn } from './aftermath.ts';
import {
  brings,
  type Call,
  calls,
  type Ground,
  isUpload,
  type Peer,
  type Row,
  type Upload,
} from './cells.ts';
import { ContinuedUpload } from './continued-upload.ts';
import { beginStart, withFaults } from './start.ts';

const size = 300_000;

/** All trials of a peer, by fault and call. */
export async function tryAll(t: Ending, peer: Peer): Promise<Map<string, Observed>> {
  const ground = await peer.prepare(t);
  const server = await startServer(t, ground.settings, withFaults);
  ground.pid = server.pid;
  const house = new TrialHouse(t, ground, server);
  await house.begin();
  for (const [at, row] of peer.rows.entries()) await house.strike(row, at);
  await house.end();
  return house.observed;
}

class TrialHouse {
  readonly observed = new Map<string, Trial>();
  readonly #t: Ending;
  readonly #ground: Ground;
  readonly #server: TestServer;
  readonly #api: ApiClient;
  #kept: ApiDocument | null = null;

  constructor(t: Ending, ground: Ground, server: TestServer) {
    this.#t = t;
    this.#ground = ground;
    this.#server = server;
    this.#api = new ApiClient(server);
  }

  async begin(): Promise<void> {
    this.#kept = (await this.#upload('kept', 'raw', 'trashed', size)).body;
  }

  /** One fault and all its calls; afterwards the service must serve as if nothing had been. */
  async strike(row: Row, at: number): Promise<void> {
    const trials = await Promise.all(
      calls.filter((call) => row.cells[call]).map((call) => this.#prepared(row, at, call)),
    );
    await this.#warm();
    if (row.together) {
      await row.order(this.#ground, 'raw');
      await Promise.all(trials.map((trial) => this.#make(trial, row)));
      await this.#ground.lift();
    } else {
      for (const trial of trials) {
        await row.order(this.#ground, trial.call);
        await this.#make(trial, row);
        if (trial.call === 'start') continue;
        await this.#ground.lift();
      }
      await this.#ground.lift();
    }
    for (const trial of trials) {
      await trial.start?.ended();
      // It may have begun to listen before the first attempt had failed.
      Object.assign(trial, trial.start?.failure());
    }
    await lookAfter(trials, row, this.#ground, this.#api);
    await this.#assertServes(row);
    for (const trial of trials) await this.#goOn(trial);
  }

  /** Stops, has another process with restless chores settle what is left, and holds the end to the promises. */
  async end(): Promise<void> {
    for (const trial of this.observed.values()) readLog(trial, this.#server);
    const code = await this.#server.stop();
    const sweeper = await startServer(this.#t, this.#ground.restless, withFaults);
    await settled(this.#ground, sweeper);
    const api = new ApiClient(sweeper);
    const recordIds = new Set((await this.#ground.records()).map(({ recordId }) => recordId));
    const objects = await this.#ground.objects();
    for (const trial of this.observed.values()) {
      trial.wrong = await wrongIn(trial, api, { recordIds, objects });
      if (code !== 0) trial.wrong.push(`the service ended with ${code}`);
    }
    await sweeper.stop();
  }

  async #prepared(row: Row, at: number, call: Call): Promise<Trial> {
    const recordId = `fault-${at}-${call}`;
    const needsOne = call === 'delete' || call === 'purge';
    const type = call === 'purge' ? 'untrashed' : 'trashed';
    const document = needsOne ? (await this.#upload(recordId, 'raw', type, size)).body : this.#kept;
    const trial: Trial = {
      ...{ recordId, call, requestId: null, start: null, cause: null, wrong: [] },
      upload: call === 'tus' ? await ContinuedUpload.begin(this.#api, recordId, size) : null,
      ...{ document: brings(call) || call === 'start' ? null : document, sees: '', logs: null, leaves: '' },
    };
    this.observed.set(keyOf(row, call), trial);
    return trial;
  }

  /** Connections to the peers that a fault can strike while they are idle. */
  async #warm(): Promise<void> {
    const reads = Array.from({ length: 9 }, async (_, turn) => {
      if (turn % 2 === 0) await this.#api.content(this.#kept?.id ?? '');
      else await this.#api.send('GET', '/v1/documents');
    });
    await Promise.all(reads);
  }

  async #make(trial: Trial, row: Row): Promise<void> {
    const { call } = trial;
    try {
      if (call === 'start') {
        trial.start = await beginStart(this.#t, this.#ground);
        trial.sees = trial.start.sees;
      } else if (call === 'download') await this.#download(trial);
      else this.#note(trial, await this.#answer(trial, row));
    } catch (error) {
      trial.sees = `cut before an answer: ${(error as NodeJS.ErrnoException).code ?? error}`;
    }
  }

  #answer({ call, recordId, document, upload }: Trial, row: Row): Promise<Answer> {
    if (upload) return upload.last();
    if (isUpload(call)) return this.#upload(recordId, call, 'trashed', row.size?.[call] ?? size);
    if (call === 'list') return this.#api.send('GET', '/v1/documents?recordId=kept');
    return this.#api.send('DELETE', `/v1/documents/${document?.id}`);
  }

  #note(trial: Trial, { status, headers, body }: Answer): void {
    const { code } = (body ?? {}) as { code?: string };
    trial.sees = code === undefined ? String(status) : `${status} ${code}`;
    if (status === 503 && headers['retry-after'] === undefined) trial.sees += ' without Retry-After';
    trial.requestId = String(headers['x-request-id']);
    if (status === 201) trial.document = body;
    if (trial.upload && status === 204) trial.document = trial.upload.document;
    if (status === 200 && !isListed(body, this.#kept)) trial.sees = '200 with other documents';
  }

  /** What was stored before the fault is there still, and the rest follows it. */
  async #goOn(trial: Trial): Promise<void> {
    if (!trial.upload || trial.leaves !== 'receiving') return;
    await trial.upload.goOn();
    trial.document = trial.upload.document;
  }

  async #download(trial: Trial): Promise<void> {
    const answer = await request(`${this.#server.url}/v1/documents/${trial.document?.id}/content`, {
      headers: { authorization: `Bearer ${this.#server.key}` },
    });
    trial.requestId = String(answer.headers['x-request-id']);
    if (answer.statusCode !== 200) {
      const { code } = (await answer.body.json()) as { code: string };
      trial.sees = `${answer.statusCode} ${code}`;
      return;
    }
    const hash = createHash('sha256');
    try {
      for await (const chunk of answer.body) hash.update(chunk);
      trial.sees = hash.digest('hex') === trial.document?.sha256 ? '200' : '200 with other bytes';
    } catch {
      trial.sees = 'cut';
    }
  }

  async #upload(
    recordId: string,
    way: Upload,
    type: 'trashed' | 'untrashed',
    bytes: number,
  ): Promise<Answer> {
    const { body, sha256 } = paddedPdf(bytes);
    const claims = { recordId, type, filename: `${recordId}.pdf` };
    const answer = await this.#api.upload(way, claims, { size: bytes, body });
    if (answer.status === 201) assert.deepEqual([answer.body.size, answer.body.sha256], [bytes, sha256()]);
    return answer;
  }

  async #assertServes(row: Row): Promise<void> {
    for (const until = performance.now() + 10_000; ; await sleep(50)) {
      const uploaded = await this.#upload('well', 'raw', 'trashed', 2_000).catch(() => null);
      const back = await this.#api.content(this.#kept?.id ?? '').catch(() => null);
      if (uploaded?.status === 201 && back?.sha256 === this.#kept?.sha256) return;
      if (performance.now() > until) throw new Error(`after "${row.fault}" the service does not serve`);
    }
  }
}

/** Only the one that was asked for, as it was. */
function isListed(body: unknown, kept: ApiDocument | null): boolean {
  return isDeepStrictEqual((body as { items?: unknown }).items, [kept]);
}

export function keyOf({ fault }: Row, call: Call): string {
  return `${fault} / ${call}`;
}
