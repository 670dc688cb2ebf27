import { type Check, type Finding, judged } from '../doctor.ts';
import { type Answer, S3Error } from '../s3-error.ts';
import { remedyOf } from '../s3-start.ts';
import { elements } from '../s3-xml.ts';
import { isDenied, said, sentence, type Trial } from './trial.ts';

/** In the order in which a request gets past them. */
const gates = ['endpoint', 'clock', 'credentials', 'region', 'bucket'] as const;
type Gate = (typeof gates)[number];

const gateOf: Readonly<Record<string, Gate>> = {
  RequestTimeTooSkewed: 'clock',
  NoCredentials: 'credentials',
  InvalidAccessKeyId: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  ExpiredToken: 'credentials',
  InvalidToken: 'credentials',
  AuthorizationHeaderMalformed: 'region',
  PermanentRedirect: 'region',
  TemporaryRedirect: 'region',
  IllegalLocationConstraintException: 'region',
  NoSuchBucket: 'bucket',
  InvalidBucketName: 'bucket',
  NotS3: 'endpoint',
};

/** Seconds. From 15 minutes on S3 refuses every request ("RequestTimeTooSkewed"). */
const tooFarOff = 300;
/** Seconds: presigned URLs live for 60. */
const noticeably = 30;

/**
 * One request, which tells in how far the bucket can be used at all: is there an answer, is the time right, are the
 * credentials, the region and the bucket's name. What comes after the gate that stays shut can't be known.
 */
export async function reach(trial: Trial): Promise<{ checks: Check[]; usable: boolean }> {
  const begun = performance.now();
  const failure = await knock(trial).then(
    ({ headers }) => learnTime(trial, headers.date),
    (error: unknown) => {
      trial.assertWanted();
      if (!(error instanceof S3Error)) throw error;
      learnTime(trial, error.header('date'));
      return isDenied(error) && gateThat(error) === 'bucket' ? null : error;
    },
  );
  const took = Math.round(performance.now() - begun);
  const shut = failure ? gateThat(failure) : null;
  // Without credentials nothing was sent, so nothing is known of the gates before them either.
  const sent = failure?.code !== 'NoCredentials';
  const open = (gate: Gate) => shut === null || (sent && gates.indexOf(gate) < gates.indexOf(shut));
  const checks = gates.map((gate) => {
    if (gate === shut && failure) return judged(gate, true, refusedAt(failure, trial));
    return judged(gate, true, open(gate) ? passed(gate, trial, took) : notAsked);
  });
  return { checks, usable: shut === null };
}

/** Raises S3Error `NotS3` for a page that something else gives: a store's own console, a web server. */
async function knock({ client, prefix, signal }: Trial) {
  const operation = 'ListObjectsV2';
  const query = { 'list-type': '2', 'max-keys': '1', prefix };
  const { xml, headers } = await client.xml({ operation, method: 'GET', query, signal });
  if (elements(xml, 'ListBucketResult').length === 0)
    throw new S3Error({ operation, key: '', code: 'NotS3', status: 200, headers });
  return { headers };
}

function learnTime(trial: Trial, date: Answer[string]): null {
  const there = Date.parse(String(date));
  if (!Number.isNaN(there)) trial.ahead = Math.round((Date.now() - there) / 1000);
  return null;
}

function gateThat({ code, status }: S3Error): Gate {
  const unanswered = status === null || status >= 500 || code === withoutCode(status);
  return gateOf[code] ?? (unanswered ? 'endpoint' : 'bucket');
}

/** What an answer is called that is no error of S3's: those to GET always have a code (S3 API Reference, "Error responses"). */
function withoutCode(status: number): string {
  return `HTTP${status}`;
}

const notAsked: Finding = { result: 'unknown', detail: 'not asked: what comes before it does not work' };

function refusedAt(failure: S3Error, { settings }: Trial): Finding {
  const remedy = sentence(
    remedyOf(failure, settings) ??
      onTheWay(failure.code) ??
      'check S3_ENDPOINT, S3_BUCKET and the credentials',
  );
  const effect = 'the service does not start, or answers 503 until this is mended';
  return { result: 'fails', detail: said(failure), effect, remedy };
}

function passed(gate: Gate, trial: Trial, took: number): Finding {
  const { bucket, endpoint, region, credentials } = trial.settings;
  switch (gate) {
    case 'endpoint':
      return {
        result: 'works',
        detail: `${endpoint ?? `AWS in ${region}`} answered in ${took} ms`,
        ...inClear(endpoint),
      };
    case 'clock':
      return ofTime(trial);
    case 'credentials':
      return {
        result: 'works',
        detail: `accepted, from ${credentials ? 'the settings' : 'the AWS default chain'}`,
      };
    case 'region':
      return { result: 'works', detail: region };
    case 'bucket':
      return { result: 'works', detail: `${bucket} is there` };
  }
}

/** Advice for an endpoint beyond this machine that is spoken to without TLS. */
export function inClear(endpoint: string | null): Partial<Finding> {
  const { protocol, hostname } = new URL(endpoint ?? 'https://amazonaws.com');
  const near = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol === 'https:' || near) return {};
  return {
    effect: 'documents travel to the store in the clear',
    remedy: 'Use https:// in S3_ENDPOINT, unless the network between is yours alone.',
  };
}

function ofTime({ ahead, uses }: Trial): Finding {
  if (ahead === null) return { result: 'works', detail: 'the store does not tell its time, and takes ours' };
  const off = Math.abs(ahead);
  const detail =
    off <= 1 ? 'the same as the store’s' : `${off} seconds ${ahead > 0 ? 'ahead of' : 'behind'} the store’s`;
  if (off <= noticeably) return { result: 'works', detail };
  const remedy = 'Set this machine’s clock by NTP.';
  const effect = 'presigned URLs live too long or not at all; from 15 minutes on S3 refuses every request';
  const tooFar = off > tooFarOff || uses.linkMode === 'redirect';
  return { result: tooFar ? 'fails' : 'works', detail, effect, remedy };
}

const untrusted =
  'its certificate is not trusted here: set NODE_EXTRA_CA_CERTS to a PEM file with the authority that signed it';

/** By the code of the system, of TLS or of the HTTP client; null for one that says nothing more. */
const ways: readonly [codes: RegExp, remedy: string][] = [
  [/^ECONNREFUSED$/, 'nothing listens there: start the store, or correct S3_ENDPOINT'],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    'its name has no address: correct S3_ENDPOINT (S3_FORCE_PATH_STYLE=true keeps the bucket out of the name)',
  ],
  [
    /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/,
    'nothing answers there: look at firewall, route and S3_ENDPOINT',
  ],
  [/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/, 'it takes the connection and is silent: look at the store itself'],
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/, untrusted],
  [/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/, untrusted],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired: renew it (or this machine’s clock is off)'],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'its certificate is for another name: name it in S3_ENDPOINT as the certificate does, or set S3_FORCE_PATH_STYLE=true',
  ],
  [
    /^(ERR_SSL_|EPROTO|ERR_TLS_)/,
    'TLS does not come about: does it speak TLS at all, or is S3_ENDPOINT to begin with http://?',
  ],
  [
    /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    'it ends the connection: does it want https://, or does a proxy stand between?',
  ],
  [/^HPE_/, 'what answers there does not speak HTTP: correct S3_ENDPOINT'],
  [
    /^(NotS3|HTTP[1-4]\d\d)$/,
    'what answers there does not speak S3: correct S3_ENDPOINT (a store’s console has another port), or look at what stands in front of the store',
  ],
];

function onTheWay(code: string): string | null {
  return ways.find(([codes]) => codes.test(code))?.[1] ?? null;
}
