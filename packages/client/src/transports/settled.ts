import type { Document } from '../answers.ts';
import { pause } from '../attempts.ts';
import type { Course } from './job.ts';

/** Milliseconds. */
const firstWait = 300;
const longestWait = 5_000;
/** After which the document is answered as it is: the service verifies it in its own time. */
const waitsFor = 10 * 60_000;

/** The document once the service has looked into what it stored; `look` asks how it stands. */
export async function settled(
  look: () => Promise<Document>,
  course: Course,
  signal: AbortSignal,
): Promise<Document> {
  const begun = Date.now();
  let document = await look();
  for (let wait = firstWait; document.state === 'inspecting' && Date.now() - begun < waitsFor; ) {
    course.inspecting();
    await pause(wait, signal);
    wait = Math.min(longestWait, wait * 1.5);
    document = await look();
  }
  return document;
}
