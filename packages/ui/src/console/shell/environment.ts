import { html, nothing, type TemplateResult } from 'lit';
import { say } from '../parts/words.ts';

/** How an environment's badge looks: nobody may take production for anything else. */
function toneOf(name: string): 'production' | 'staging' | 'other' {
  if (/^(prod|production|live)\b/i.test(name)) return 'production';
  if (/^(stag|staging|stage|preprod|pre-production|uat|qa)\b/i.test(name)) return 'staging';
  return 'other';
}

/** The name of the environment, ENVIRONMENT_NAME, where it has one. */
export function environmentBadge(name: string | null | undefined): TemplateResult | typeof nothing {
  if (!name) return nothing;
  return html`<span class="badge environment" data-tone=${toneOf(name)} title=${say('console.environment', { name })}>${name}</span>`;
}
