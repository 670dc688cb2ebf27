import type { Finding, Uses } from '../doctor.ts';
import { unsigned } from '../s3-unsigned.ts';
import type { Probe, Trial } from './trial.ts';

/** What pages of some origins have to be let do at the bucket itself. */
export interface Want {
  readonly method: 'GET' | 'PUT';
  readonly origins: readonly string[];
  /** What does not work where it is not let. */
  readonly otherwise: string;
}

/** What the settings want of the bucket's CORS rules. `GET` is for links that redirect, `PUT` for direct uploads. */
export function wantsOf({ linkMode, allowedOrigins, directUploads, publicUrl }: Uses): Want[] {
  const own = publicUrl === null ? [] : [new URL(publicUrl).origin];
  const reading: Want = {
    method: 'GET',
    origins: linkMode === 'redirect' ? allowedOrigins : [],
    otherwise: 'scripts of these origins can’t read what a link leads to; navigation and downloads work',
  };
  const sending: Want = {
    method: 'PUT',
    origins: directUploads ? [...new Set([...allowedOrigins, ...own])] : [],
    otherwise:
      'pages of these origins can’t send to the bucket: their uploads go through the service, by tus',
  };
  return [reading, sending].filter(({ origins }) => origins.length > 0);
}

/** As a browser asks before it goes there (Fetch standard, "CORS-preflight fetch"). */
export const cors: Probe = {
  name: 'cors',
  rights: 'CORS for the origins of ALLOWED_ORIGINS and PUBLIC_URL',
  needed: ({ uses }) => wantsOf(uses).length > 0,
  otherwise: '',
  async ask(trial) {
    const wants = wantsOf(trial.uses);
    if (wants.length === 0) return { result: 'works', detail: notUsed(trial.uses) };
    const refused = await refusedIn(trial, wants);
    return refused.length === 0 ? allowed(wants) : lacking(refused);
  },
};

function notUsed({ directUploads, allowedOrigins }: Uses): string {
  if (directUploads) return 'not used: neither PUBLIC_URL nor ALLOWED_ORIGINS says whose pages upload';
  return allowedOrigins.length === 0
    ? 'not used: ALLOWED_ORIGINS is not set'
    : 'not used: with LINK_MODE=stream and without DIRECT_UPLOADS no page goes to the bucket';
}

function allowed(wants: readonly Want[]): Finding {
  const each = wants.map(({ method, origins }) => `${method} is allowed from ${origins.join(', ')}`);
  return { result: 'works', detail: each.join('; ') };
}

function lacking(refused: readonly Want[]): Finding {
  const each = refused.map(({ method, origins }) => `${method} is not allowed from ${origins.join(', ')}`);
  return {
    result: 'fails',
    detail: each.join('; '),
    effect: refused.map(({ otherwise }) => otherwise).join('; '),
    remedy: `Let \`strongroom doctor --fix-cors\` add a CORS rule to the bucket, or add it yourself: ${refused.map(ruleInWords).join('; ')}.`,
  };
}

function ruleInWords({ method, origins }: Want): string {
  const methods = method === 'GET' ? '["GET", "HEAD"]' : '["PUT"]';
  return `AllowedOrigins ${JSON.stringify(origins)}, AllowedMethods ${methods}`;
}

/** Of what is wanted, what a browser is refused. */
export async function refusedIn(trial: Trial, wants: readonly Want[]): Promise<Want[]> {
  const refused: Want[] = [];
  for (const want of wants) {
    const origins: string[] = [];
    for (const origin of want.origins) if (!(await allows(trial, origin, want.method))) origins.push(origin);
    if (origins.length > 0) refused.push({ ...want, origins });
  }
  return refused;
}

async function allows(
  { publicEndpoint, key, signal }: Trial,
  origin: string,
  method: Want['method'],
): Promise<boolean> {
  // Any origin is asked for by one that nobody has named.
  const asked = origin === '*' ? 'https://any.example' : origin;
  const { status, headers } = await unsigned({
    operation: 'OPTIONS',
    method: 'OPTIONS',
    url: `${publicEndpoint.origin}${publicEndpoint.basePath}/${key}`,
    headers: { origin: asked, 'access-control-request-method': method },
    signal,
  });
  const allowed = headers['access-control-allow-origin'];
  return status < 300 && (allowed === asked || allowed === '*');
}
