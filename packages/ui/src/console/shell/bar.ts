import { html, nothing, type TemplateResult } from 'lit';
import { uploadIcon } from '../../pieces/icons.ts';
import { icons, mark } from '../parts/icons.ts';
import { say } from '../parts/words.ts';
import type { Session } from '../session.ts';
import { environmentBadge } from './environment.ts';

const sections = [
  { page: 'documents', path: '/', action: 'list', icon: icons.documents, word: 'console.documents' },
  { page: 'upload', path: '/upload', action: 'upload', icon: uploadIcon, word: 'console.upload' },
  { page: 'storage', path: '/storage', action: 'storage', icon: icons.storage, word: 'console.storage' },
  { page: 'keys', path: '/keys', action: 'keys', icon: icons.keys, word: 'console.keys' },
] as const;

/** Where a session begins that may not see the list of documents: the first section that is for it; null: none is. */
export function entranceOf(session: Session): string | null {
  return sections.find(({ action }) => session.may(action))?.path ?? null;
}

/** The head of every page: what this is, which environment, where one can go, a record to jump to, the way out. */
export function bar(session: Session, page: string, jump: () => void, leave: () => void): TemplateResult {
  const { facts } = session;
  return html`<header class="bar" data-signed-in=${facts !== null}>
    <a class="brand" href="/" aria-label=${say('console.home')}>${mark}<span class="name">Strongroom</span></a>
    ${environmentBadge(facts?.environment.name)}
    ${
      facts === null
        ? nothing
        : html`
          <nav class="sections" aria-label=${say('console.sections')}>
            ${sections
              .filter(({ action }) => session.may(action))
              .map(
                (section) => html`<a
                  href=${section.path}
                  aria-current=${section.page === page ? 'page' : nothing}
                >${section.icon}<span>${say(section.word)}</span></a>`,
              )}
          </nav>
          <button type="button" class="quiet jump" @click=${jump}>
            ${icons.search}<span>${say('console.jump')}</span>
          </button>
          <button type="button" class="quiet leave" @click=${leave}>
            ${icons.leave}<span>${say('console.sign_out')}</span>
          </button>`
    }
  </header>`;
}
