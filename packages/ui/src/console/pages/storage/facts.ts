import type { Storage } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { say } from '../../parts/words.ts';
import { environmentBadge } from '../../shell/environment.ts';

/**
 * What the store is, as configured: never a secret, of credentials only whether there are any and from where.
 * @param direct whether browsers send large files to the bucket themselves
 */
export function facts(storage: Storage, direct: boolean): TemplateResult {
  const { store, bucket, prefix, region, endpoint, acl, encryption, storageClass, folder, credentials } =
    storage;
  const { name, contact } = storage.environment;
  const onS3 = store === 's3';
  return html`<dl class="facts">
    ${fact('environment', name ? environmentBadge(name) : quiet('console.storage.unnamed'))}
    ${fact('contact', contact ?? quiet('console.storage.nobody'))}
    ${fact('store', say(onS3 ? 'console.storage.s3' : 'console.storage.disk'))}
    ${
      onS3
        ? html`
          ${fact('bucket', code(bucket))}
          ${fact('prefix', prefix ? code(prefix) : quiet('console.storage.no_prefix'))}
          ${fact('region', code(region))}
          ${fact('endpoint', endpoint ? code(endpoint) : quiet('console.storage.aws'))}
          ${fact('acl', acl ? code(acl) : quiet('console.storage.no_acl'))}
          ${fact('encryption', encryption ? code(encryption) : quiet('console.storage.bucket_rule'))}
          ${storageClass ? fact('class', code(storageClass)) : nothing}`
        : fact('folder', code(folder))
    }
    ${onS3 ? fact('credentials', whence(credentials)) : nothing}
    ${onS3 ? fact('uploads', direct ? say('console.storage.direct') : quiet('console.storage.not_direct')) : nothing}
  </dl>`;
}

/** Where credentials come from, as settings.ts calls it, in words. */
const sources: { readonly [from: string]: 'console.storage.from_settings' | 'console.storage.from_chain' } = {
  settings: 'console.storage.from_settings',
  'AWS default chain': 'console.storage.from_chain',
};

function whence({ set, from }: Storage['credentials']): TemplateResult {
  const source = sources[from];
  return html`<span class="badge" data-tone=${set ? 'good' : ''}>${say(set ? 'console.storage.set' : 'console.storage.not_set')}</span>
    <span class="quiet-text">${source ? say(source) : say('console.storage.from', { where: from })}</span>`;
}

type Fact =
  | 'environment'
  | 'contact'
  | 'store'
  | 'bucket'
  | 'prefix'
  | 'region'
  | 'endpoint'
  | 'acl'
  | 'encryption'
  | 'class'
  | 'folder'
  | 'credentials'
  | 'uploads';

function fact(name: Fact, value: unknown): TemplateResult {
  return html`<dt>${say(`console.storage.${name}`)}</dt><dd>${value}</dd>`;
}

function code(text: string | null): TemplateResult {
  return html`<code>${text}</code>`;
}

function quiet(
  key:
    | 'console.storage.unnamed'
    | 'console.storage.nobody'
    | 'console.storage.no_prefix'
    | 'console.storage.aws'
    | 'console.storage.no_acl'
    | 'console.storage.bucket_rule'
    | 'console.storage.not_direct',
): TemplateResult {
  return html`<span class="quiet-text">${say(key)}</span>`;
}
