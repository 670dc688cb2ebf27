import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, ways } from '../acceptance/client.ts';
import { lookAtRecords, type RecordsLook } from '../acceptance/crash-records.ts';
import { untilReady } from '../acceptance/ready.ts';
import { lookInto, type StoreLook } from '../acceptance/store-look.ts';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import type { Ending } from '../harness.ts';
import type { Account } from './account.ts';
import { Host } from './host.ts';
import { trash, type Upload } from './ledger.ts';

const config = {
  documentTypes: Object.entries(trash).map(([id, trashFor]) => ({ id, trashFor, accept: ['text/plain'] })),
  lifecycle: {
    every: '200ms',
    uploadDeadAfter: '2s',
    lookAgainAfter: '2s',
    sweepEvery: '1s',
    forgetAfter: '1s',
  },
};

const key = 'a key that outlives every server';

export interface SiteParts {
  readonly name: string;
  /** How many servers. */
  readonly servers: number;
  /** Of store and records, as they are without a proxy. */
  readonly settings: Readonly<Record<string, string>>;
  /** Bytes on disk, config files, logs. */
  readonly folder: string;
  readonly account: Account;
}

/** A store, its records, and the servers that share them. */
export class Site {
  readonly name: string;
  readonly hosts: readonly Host[];
  /** Each between one server and its store or its database; none on disk. */
  readonly peers: readonly TcpProxy[];
  readonly store: StoreLook;
  readonly records: RecordsLook;
  readonly account: Account;
  /** The ways in that its servers offer. */
  readonly ways: readonly Upload['way'][];

  static async build(t: Ending, parts: SiteParts): Promise<Site> {
    const { name, servers, settings, folder, account } = parts;
    await mkdir(join(folder, 'logs'), { recursive: true });
    const peers: TcpProxy[] = [];
    const through = async (url: string | undefined) => {
      if (url === undefined) return undefined;
      const proxy = await TcpProxy.before(t, url);
      peers.push(proxy);
      return proxy.url;
    };
    const hosts: Host[] = [];
    for (let at = 1; at <= servers; at++) {
      const own = join(folder, `${name}-${at}`);
      await mkdir(own, { recursive: true });
      await writeFile(join(own, 'strongroom.config.json'), JSON.stringify(config));
      const proxied = {
        S3_ENDPOINT: await through(settings.S3_ENDPOINT),
        DATABASE_URL: await through(settings.DATABASE_URL),
      };
      hosts.push(
        await Host.build(t, {
          site: name,
          name: `${name}-${at}`,
          settings: {
            ...settings,
            ...given(proxied),
            ...uploading(settings),
            DATA_DIR: own,
            STRONGROOM_API_KEY: key,
          },
          folder: join(folder, 'logs'),
          account,
        }),
      );
    }
    const looked = { DATA_DIR: join(folder, `${name}-1`), ...settings };
    return new Site({
      ...{ name, hosts, peers, account },
      store: lookInto(t, looked),
      records: lookAtRecords(looked),
      ways: [...ways, 'tus', 'tus', ...(settings.S3_BUCKET === undefined ? [] : ['direct' as const])],
    });
  }

  private constructor(
    parts: Pick<Site, 'name' | 'hosts' | 'peers' | 'store' | 'records' | 'account' | 'ways'>,
  ) {
    this.name = parts.name;
    this.hosts = parts.hosts;
    this.peers = parts.peers;
    this.store = parts.store;
    this.records = parts.records;
    this.account = parts.account;
    this.ways = parts.ways;
  }

  /** One for each server. */
  get apis(): ApiClient[] {
    return this.hosts.map(({ front }) => new ApiClient({ url: front.url, key }));
  }

  /** All servers, until each is ready. */
  async start(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.start()));
    for (const { url } of this.apis) await untilReady(url);
  }

  /** Every server is killed in the same moment. Nothing that was on its way arrives any more. */
  async powerCut(): Promise<void> {
    const proxies = [...this.peers, ...this.hosts.map(({ front }) => front)];
    for (const peer of this.peers) peer.reset();
    await Promise.all(this.hosts.map((host) => host.kill()));
    for (const { front } of this.hosts) {
      this.account.count('client connections cut', front.cuts);
      front.cuts = 0;
    }
    for (const proxy of proxies) {
      proxy.reset();
      await proxy.pass();
    }
  }
}

/** An upload that nobody goes on with expires in the time that passes at the end of a run; straight to S3 goes what can. */
function uploading({ S3_BUCKET }: Readonly<Record<string, string>>): Record<string, string> {
  return { UPLOAD_EXPIRES: '1h', ...(S3_BUCKET === undefined ? {} : { DIRECT_UPLOADS: 'true' }) };
}

function given(settings: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
