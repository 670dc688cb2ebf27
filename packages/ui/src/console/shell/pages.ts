import { html, type TemplateResult } from 'lit';
import type { Console } from '../parts/page.ts';
import type { Route } from '../routes.ts';

type PageName = Route['page'];

/** Each page is loaded when it is first gone to. */
const loading: { readonly [name in PageName]: () => Promise<unknown> } = {
  documents: () => import('../pages/documents/documents.ts'),
  record: () => import('../pages/record/record.ts'),
  document: () => import('../pages/document/document.ts'),
  upload: () => import('../pages/upload/upload.ts'),
  storage: () => import('../pages/storage/storage.ts'),
  keys: () => import('../pages/keys/keys.ts'),
  'sign-in': () => import('../pages/sign-in/sign-in.ts'),
  missing: () => import('../pages/missing/missing.ts'),
};

export function loadPage(page: PageName): Promise<unknown> {
  return loading[page]();
}

/** The page for a place. */
export function pageFor(route: Route, query: URLSearchParams, console: Console): TemplateResult {
  switch (route.page) {
    case 'documents':
      return html`<console-documents .console=${console} .query=${query}></console-documents>`;
    case 'record':
      return html`<console-record .console=${console} .query=${query} .recordId=${route.recordId}></console-record>`;
    case 'document':
      return html`<console-document .console=${console} .query=${query} .documentId=${route.id}></console-document>`;
    case 'upload':
      return html`<console-upload .console=${console} .query=${query}></console-upload>`;
    case 'storage':
      return html`<console-storage .console=${console} .query=${query}></console-storage>`;
    case 'keys':
      return html`<console-keys .console=${console} .query=${query}></console-keys>`;
    case 'sign-in':
      return html`<console-sign-in .console=${console} .query=${query}></console-sign-in>`;
    case 'missing':
      return html`<console-missing .console=${console} .query=${query}></console-missing>`;
  }
}
