import { SqlRecords } from '../../src/records/sql-records.ts';
import type { Steps } from './kill-steps.ts';

/** Makes every call that changes a document's row a step. */
export function watchRecords(steps: Steps): void {
  const records = SqlRecords.prototype;
  const { create, get, claim, transition, lookAgain, forget } = records;
  const { takeUpload, advanceUpload, placeUpload, finishUpload } = records;

  records.create = function (draft, ...rest) {
    steps.note(draft);
    return steps.take(steps.ofId(draft.id), 'records.create', () => create.call(this, draft, ...rest));
  };
  records.get = async function (id) {
    const document = await get.call(this, id);
    if (document) steps.note(document);
    return document;
  };
  records.claim = async function (...call) {
    const claimed = await claim.apply(this, call);
    for (const { document } of claimed) steps.note(document);
    return claimed;
  };
  records.transition = function (id, from, to, ...rest) {
    return steps.take(steps.ofId(id), `records.transition ${to}`, () =>
      transition.call(this, id, from, to, ...rest),
    );
  };
  records.lookAgain = function (id, dueIn) {
    return steps.take(steps.ofId(id), 'records.lookAgain', () => lookAgain.call(this, id, dueIn));
  };
  records.takeUpload = function (id, ...rest) {
    return steps.take(steps.ofId(id), 'records.takeUpload', () => takeUpload.call(this, id, ...rest));
  };
  records.advanceUpload = function (id, ...rest) {
    return steps.take(steps.ofId(id), 'records.advanceUpload', () => advanceUpload.call(this, id, ...rest));
  };
  records.placeUpload = function (id, ...rest) {
    return steps.take(steps.ofId(id), 'records.placeUpload', () => placeUpload.call(this, id, ...rest));
  };
  records.finishUpload = function (id, fence, to, ...rest) {
    return steps.take(steps.ofId(id), `records.finishUpload ${to}`, () =>
      finishUpload.call(this, id, fence, to, ...rest),
    );
  };
  records.forget = function (id) {
    return steps.take(steps.ofId(id), 'records.forget', () => forget.call(this, id));
  };
}
