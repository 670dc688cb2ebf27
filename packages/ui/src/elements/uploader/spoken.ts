import type { Announcer } from '../../pieces/announcer.ts';
import type { Formats } from '../../words/formats.ts';
import type { Say } from '../../words/words.ts';
import { troubleOf } from './row.ts';
import type { Stage, Upload } from './upload.ts';

interface Last {
  stage: Stage;
  quarter: number;
  at: number;
}

/** Milliseconds between two words on the progress of one file. */
const pause = 5000;

/**
 * What screen readers hear of uploads: how each ends, what holds it up, and each quarter of one that takes long; never each
 * percent.
 */
export class Spoken {
  readonly #announcer: Announcer;
  readonly #last = new WeakMap<Upload, Last>();

  constructor(announcer: Announcer) {
    this.#announcer = announcer;
  }

  heard(upload: Upload, say: Say, formats: Formats, explain: (error: unknown) => string): void {
    const now = performance.now();
    const last = this.#last.get(upload) ?? { stage: 'ready', quarter: 0, at: now };
    const begins = upload.stage === 'waiting' && upload.sent === 0;
    const quarter = begins ? 0 : Math.floor((upload.sent / Math.max(1, upload.file.size)) * 4);
    const filename = upload.file.name;
    if (upload.stage !== last.stage) this.#turn(upload, last.stage, say, explain);
    const due = upload.stage === 'sending' && quarter > last.quarter && now - last.at >= pause;
    if (due)
      this.#announcer.say(say('uploader.said_progress', { filename, percent: formats.percent(quarter / 4) }));
    this.#last.set(upload, {
      stage: upload.stage,
      quarter: due || begins ? quarter : last.quarter,
      at: due || begins ? now : last.at,
    });
  }

  /** One that was left before is taken up again: from where, and no word on the quarters that are behind it. */
  continued(upload: Upload, say: Say, formats: Formats): void {
    const share = upload.sent / upload.file.size;
    const values = { filename: upload.file.name, percent: formats.percent(share) };
    this.#announcer.say(say('uploader.said_continued', values));
    this.#last.set(upload, { stage: upload.stage, quarter: Math.floor(share * 4), at: performance.now() });
  }

  #turn(upload: Upload, before: Stage, say: Say, explain: (error: unknown) => string): void {
    const filename = upload.file.name;
    const { stage } = upload;
    if (stage === 'done') this.#announcer.say(say('uploader.said_done', { filename }));
    if (stage === 'cancelled') this.#announcer.say(say('uploader.said_cancelled', { filename }));
    if (stage === 'paused') this.#announcer.say(say('uploader.said_paused', { filename }));
    if (stage === 'failed')
      this.#announcer.say(say('uploader.said_failed', { filename, reason: explain(upload.error) }));
    if (stage === 'retrying')
      this.#announcer.say(say('uploader.said_trouble', { filename, reason: troubleOf(upload, say) }));
    if (stage === 'sending' && (before === 'retrying' || before === 'paused'))
      this.#announcer.say(say('uploader.said_resumed', { filename }));
  }
}
