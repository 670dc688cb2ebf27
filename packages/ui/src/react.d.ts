/** The elements in JSX of React 19: `import '@strongroom/ui/react'` once, for the types alone. */
import type { HTMLAttributes, Ref } from 'react';
import type {
  StrongroomActions,
  StrongroomDocument,
  StrongroomDocuments,
  StrongroomEvents,
  StrongroomPreview,
  StrongroomUploader,
} from './index.ts';

type Listeners = {
  [name in keyof StrongroomEvents as `on${name}`]?: ((event: StrongroomEvents[name]) => void) | undefined;
};

/** Attributes by their names in HTML, and properties, which React sets where the element has them. */
type Props<Element, Property extends keyof Element, Attributes = unknown> = Omit<
  HTMLAttributes<Element>,
  Property
> &
  Listeners &
  Attributes & { readonly [property in Property]?: Element[property] | undefined } & {
    readonly ref?: Ref<Element> | undefined;
    readonly key?: string | number | undefined;
  };

type Connected = 'client' | 'server' | 'token' | 'words';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'strongroom-uploader': Props<
        StrongroomUploader,
        | Connected
        | (
            | 'recordId'
            | 'types'
            | 'type'
            | 'multiple'
            | 'maxFiles'
            | 'parallel'
            | 'manual'
            | 'capture'
            | 'noResume'
            | 'metadata'
          ),
        { readonly 'record-id'?: string; readonly 'max-files'?: number; readonly 'no-resume'?: boolean }
      >;
      'strongroom-documents': Props<
        StrongroomDocuments,
        | Connected
        | ('recordId' | 'type' | 'state' | 'q' | 'sort' | 'limit' | 'only' | 'selectable')
        | ('hrefFor' | 'recordHrefFor' | 'selection'),
        { readonly 'record-id'?: string }
      >;
      'strongroom-actions': Props<
        StrongroomActions,
        Connected | 'documentId' | 'document' | 'only' | 'compact',
        { readonly 'document-id'?: string }
      >;
      'strongroom-document': Props<
        StrongroomDocument,
        Connected | 'documentId' | 'document',
        { readonly 'document-id'?: string }
      >;
      'strongroom-preview': Props<
        StrongroomPreview,
        Connected | 'documentId' | 'document' | 'fill',
        { readonly 'document-id'?: string }
      >;
    }
  }
}
