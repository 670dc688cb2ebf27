import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Makes a key and a certificate for 127.0.0.1 that is its own authority, good for a day, as PEM files in `folder`.
 * Raises an Error when there is no openssl, which Node can't do without for this.
 */
export function makeCertificate(folder: string): { certificate: string; key: string } {
  const made = { certificate: join(folder, 'store.crt'), key: join(folder, 'store.key') };
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
  const files = ['-keyout', made.key, '-out', made.certificate];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  const run = spawnSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`no certificate: ${run.error?.message ?? run.stderr}`);
  return made;
}
