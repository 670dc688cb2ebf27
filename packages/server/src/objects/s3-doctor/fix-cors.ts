import { createHash } from 'node:crypto';
import type { Fix } from '../doctor.ts';
import { hasStatus, S3Error } from '../s3-error.ts';
import { elements, encoded, text } from '../s3-xml.ts';
import { sha256 } from '../sigv4.ts';
import { refusedIn, type Want, wantsOf } from './cors.ts';
import { isDenied, said, type Trial } from './trial.ts';

/** By which our own rule is found again. */
const ours = 'strongroom';

/** Seconds that a browser keeps the answer to its preflight. */
const kept = 3_600;

/**
 * Writes the CORS rule that the settings want into the bucket: it takes the place of one that was written before, and the rules
 * of others stay as they are. What goes wrong is an answer.
 */
export async function fixCors(trial: Trial): Promise<Fix> {
  const wants = wantsOf(trial.uses);
  if (wants.length === 0) return { ok: false, words: `no CORS rule is needed: ${notWanted}` };
  try {
    const before = await rulesIn(trial);
    const others = before.filter((rule) => text(rule, 'ID') !== ours);
    const rule = ruleOf(wants);
    if (isSame(before, [...others, rule]))
      return { ok: true, words: 'the bucket’s CORS rules are as they should be' };
    const where = await written(trial, rule, others, wants);
    return { ok: true, words: `${wants.map(inWords).join('; ')}; ${keeping(others.length)}${where}` };
  } catch (error) {
    trial.assertWanted();
    if (!(error instanceof S3Error)) throw error;
    const right = isDenied(error)
      ? ' Allow s3:GetBucketCORS and s3:PutBucketCORS, or let somebody add the rule who may.'
      : '';
    return { ok: false, words: `the CORS rules could not be changed: ${said(error)}.${right}` };
  }
}

const notWanted = 'DIRECT_UPLOADS is off, or neither PUBLIC_URL nor ALLOWED_ORIGINS says whose pages upload';

/**
 * S3 goes by the first rule that allows what is asked, some engines (Ceph) by the first that names the origin. So ours is the last,
 * where it works there, and the first where it does not. Answers what there is to say of that.
 */
async function written(
  trial: Trial,
  rule: string,
  others: readonly string[],
  wants: readonly Want[],
): Promise<string> {
  await write(trial, [...others, rule]);
  // A public endpoint that can't be reached from here says nothing.
  const refused = await refusedIn(trial, wants).catch(() => []);
  if (refused.length === 0 || others.length === 0) return '';
  await write(trial, [rule, ...others]);
  return ', after it: this store goes by the first rule that names an origin';
}

function inWords({ method, origins }: Want): string {
  return `pages of ${origins.join(', ')} may ${method === 'PUT' ? 'send to' : 'read from'} the bucket now`;
}

function keeping(others: number): string {
  if (others === 0) return 'there were no other CORS rules';
  return others === 1 ? 'one other CORS rule was kept' : `${others} other CORS rules were kept`;
}

/** The rules as S3 writes them, without the element around each; none: the bucket has no configuration. */
async function rulesIn({ client, signal }: Trial): Promise<string[]> {
  try {
    const query = { cors: '' };
    const { xml } = await client.xml({ operation: 'GetBucketCors', method: 'GET', query, signal });
    return elements(xml, 'CORSRule');
  } catch (error) {
    if (hasStatus(error, 404) && error.code === 'NoSuchCORSConfiguration') return [];
    throw error;
  }
}

/** AWS takes it only with a digest of the body (S3 API Reference, "PutBucketCors"); MD5 is the one that every engine knows. */
async function write({ client, signal }: Trial, rules: readonly string[]): Promise<void> {
  const each = rules.map((rule) => `<CORSRule>${rule}</CORSRule>`).join('');
  const body = Buffer.from(
    `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${each}</CORSConfiguration>`,
  );
  await client.headers({
    operation: 'PutBucketCors',
    method: 'PUT',
    query: { cors: '' },
    headers: {
      'content-type': 'application/xml',
      'content-md5': createHash('md5').update(body).digest('base64'),
    },
    hash: sha256(body),
    body,
    signal,
  });
}

/** One for all: an engine that goes by an origin's first rule would see no second. */
function ruleOf(wants: readonly Want[]): string {
  const origins = new Set(wants.flatMap((want) => want.origins));
  const methods = wants.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : ['PUT']));
  return [
    `<ID>${ours}</ID>`,
    ...[...origins].map((origin) => `<AllowedOrigin>${encoded(origin)}</AllowedOrigin>`),
    ...methods.map((method) => `<AllowedMethod>${method}</AllowedMethod>`),
    // Browsers name the type of a file that is sent as it is; nothing else is asked of them.
    ...(methods.includes('PUT') ? ['<AllowedHeader>content-type</AllowedHeader>'] : []),
    `<MaxAgeSeconds>${kept}</MaxAgeSeconds>`,
  ].join('');
}

/** Whether both say the same, however their elements are ordered and spaced. */
function isSame(before: readonly string[], after: readonly string[]): boolean {
  const names = ['ID', 'AllowedOrigin', 'AllowedMethod', 'AllowedHeader', 'ExposeHeader', 'MaxAgeSeconds'];
  const told = (rules: readonly string[]) =>
    rules.map((rule) => JSON.stringify(names.map((name) => elements(rule, name).toSorted()))).toSorted();
  return JSON.stringify(told(before)) === JSON.stringify(told(after));
}
