import type { Announcer } from '../../pieces/announcer.ts';
import type { Formats } from '../../words/formats.ts';
import type { Say } from '../../words/words.ts';
import type { Stage, Upload } from './upload.ts';

interface Last {
  stage: Stage;
  quarter: number;
  at: number;
}

/** Milliseconds between two words on the progress of one file. */
const pause = 5000;

/** What screen readers hear of uploads: how each ends, and each quarter of one that takes long; never each percent. */
export class Spoken {
  readonly #announcer: Announcer;
  readonly #last = new WeakMap<Upload, Last>();

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  heard(upload: Upload, say: Say, formats: Formats, explain: (error: unknown) => string): void {
    const now = performance.now();
    const last = this.#last.get(upload) ?? { stage: 'ready', quarter: 0, at: now };
    const begins = upload.stage === 'waiting';
    const quarter = begins ? 0 : Math.floor((upload.sent / Math.max(1, upload.file.size)) * 4);
    const filename = upload.file.name;
    if (upload.stage !== last.stage) {
      if (upload.stage === 'done') this.#announcer.say(say('uploader.said_done', { filename }));
      if (upload.stage === 'cancelled') this.#announcer.say(say('uploader.said_cancelled', { filename }));
      if (upload.stage === 'failed') {
        this.#announcer.say(say('uploader.said_failed', { filename, reason: explain(upload.error) }));
      }
    }
    const due = upload.stage === 'sending' && quarter > last.quarter && now - last.at >= pause;
    if (due)
      this.#announcer.say(say('uploader.said_progress', { filename, percent: formats.percent(quarter / 4) }));
    this.#last.set(upload, {
      stage: upload.stage,
      quarter: due || begins ? quarter : last.quarter,
      at: due || begins ? now : last.at,
    });
  }
}
