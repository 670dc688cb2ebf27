import type { ResumableObjects } from '../objects/resumable-objects.ts';
import type { Calls } from './calls.ts';
import type { Counter } from './instruments.ts';

/** The same, with every call measured but the sweep: it lasts as long as there is much to look at. */
export function measuredResumable(
  resumable: ResumableObjects,
  calls: Calls,
  stored: Counter,
): ResumableObjects {
  const append: ResumableObjects['append'] = async (...given) => {
    const answer = await resumable.append(...given);
    if (answer.stored) stored.add(answer.stored.size);
    return answer;
  };
  const head: ResumableObjects['head'] = (...given) => resumable.head(...given);
  const clear: ResumableObjects['clear'] = (...given) => resumable.clear(...given);
  return {
    begin: (atMost) => resumable.begin(atMost),
    append: calls.measured('append', append),
    head: calls.measured('head', head),
    clear: calls.measured('clear', clear),
    unfinished: (before, signal) => resumable.unfinished(before, signal),
  };
}
