import { consoleKeys } from './console-keys.ts';
import { consoleList } from './console-list.ts';
import { consoleStorage } from './console-storage.ts';
import { consoleUpload } from './console-upload.ts';

/** What the console says beyond its elements. */
export const consoleWords = {
  'console.skip': 'Skip to the content',
  'console.home': 'Strongroom: all documents',
  'console.sections': 'Sections',
  'console.documents': 'Documents',
  'console.upload': 'Upload',
  'console.storage': 'Storage',
  'console.keys': 'Keys',
  'console.document': 'Document',
  'console.record': 'Record',
  'console.trash': 'Trash',
  'console.environment': 'This is the environment “{name}”',
  'console.sign_out': 'Sign out',
  'console.reload': 'Reload the page',
  'console.trouble': 'The console can’t be shown',
  'console.missing': 'Nothing is here',
  'console.missing.text':
    'This address leads nowhere. It may have been mistyped, or what was here has moved.',
  'console.missing.home': 'To the documents',
  'console.copy': 'Copy',
  'console.copied': 'Copied',
  'console.copy_failed': 'Select it and copy by hand',
  'console.show': 'Show',
  'console.hide': 'Hide',

  'console.jump': 'Record…',
  'console.jump.title': 'Go to a record',
  'console.jump.hint': 'The id of the case, customer or inquiry, exactly as your app calls it.',
  'console.jump.go': 'Open',

  'console.sign_in': 'Sign in',
  'console.sign_in.title': 'Sign in to Strongroom',
  'console.sign_in.proof': 'API key or one-time code',
  'console.sign_in.busy': 'Signing in…',
  'console.sign_in.ended': 'Your session has ended. Sign in again, and you are back where you were.',
  'console.sign_in.wrong':
    'No key or code is like this. Check that it was copied whole; a code works once and for a limited time, and a key may have been revoked.',
  'console.sign_in.where': 'Where do I find one?',
  'console.sign_in.where_first':
    'The first start of the service prints a link that signs you in, or writes the code to first-code in its data folder.',
  'console.sign_in.where_later': 'Later, whoever runs the service makes one:',

  'console.record.example': 'inquiry-1',
  'console.record.hint': 'What it belongs to: a case, a customer, an inquiry.',
  'console.record.id': 'the record’s id',
  'console.record.views': 'Which documents of the record',
  ...consoleList,
  ...consoleUpload,
  ...consoleStorage,
  ...consoleKeys,
} as const;
