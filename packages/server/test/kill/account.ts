import { appendFileSync } from 'node:fs';

/**
 * `loss`: what was acknowledged is not so. `leftover`: what should be gone, or never was acknowledged, takes place.
 * `fault`: the service said of itself that it is broken.
 */
export interface Finding {
  readonly kind: 'loss' | 'leftover' | 'fault';
  readonly site: string;
  readonly what: string;
}

/** What happened in a run, counted; and what was found wrong, which also goes to a file. */
export class Account {
  readonly findings: Finding[] = [];
  /** Milliseconds. */
  longestRound = 0;
  readonly #file: string;
  readonly #counts = {
    rounds: 0,
    kills: 0,
    'client connections cut': 0,
    'faults between server and peer': 0,
    'uploads acknowledged': 0,
    'uploads by tus acknowledged': 0,
    'direct uploads acknowledged': 0,
    'uploads that went on': 0,
    'uploads without an answer': 0,
    'answers replayed': 0,
    'changes acknowledged': 0,
    'read back by digest': 0,
    'lists looked through': 0,
  };

  /** @param file for the findings, one JSON line each */
  constructor(file: string) {
    this.#file = file;
  }

  /** @param took milliseconds, from the start of its servers to their death */
  round(took: number): void {
    this.#counts.rounds += 1;
    this.longestRound = Math.max(this.longestRound, took);
  }

  count(what: keyof Account['counts'], by = 1): void {
    this.#counts[what] += by;
  }

  get counts() {
    return { ...this.#counts };
  }

  find(kind: Finding['kind'], site: string, what: string): void {
    const finding: Finding = { kind, site, what };
    this.findings.push(finding);
    appendFileSync(this.#file, `${JSON.stringify(finding)}\n`);
  }

  /** How many of a kind. */
  found(kind: Finding['kind']): number {
    return this.findings.filter((finding) => finding.kind === kind).length;
  }
}
