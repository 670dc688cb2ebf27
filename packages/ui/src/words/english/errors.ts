/** What went wrong, and what can be done about it, by the code of docs/errors.md or of the client. */
export const errors = {
  'error.unknown': 'Something went wrong. Please try again.',
  'error.contact': 'If it goes on, ask {contact}.',
  'error.request': 'Reference: {requestId}',

  'error.unreachable': 'There is no connection to the document store. Check your network and try again.',
  'error.token_unavailable': 'Your permission could not be renewed. Reload the page and try again.',
  'error.gateway': 'The document store does not answer right now. Please try again in a moment.',
  'error.unexpected_answer': 'What answered is not the document store. Please try again later.',
  'error.file_unreadable':
    'This file can’t be read: it was moved or changed after it was chosen. Choose it again.',
  'error.aborted': 'Cancelled.',

  'error.unauthenticated': 'You are not signed in, or no longer. Reload the page and sign in again.',
  'error.grant_expired': 'Your permission has run out. Reload the page to go on.',
  'error.grant_used_up': {
    one: 'One document may be handed in here, and it has been.',
    other: 'At most {count} documents may be handed in here, and they have been.',
  },
  'error.not_allowed': 'You are not allowed to do this.',
  'error.csrf_refused': 'This page is out of date. Reload it and try again.',
  'error.link_invalid': 'The link has expired. Please try again.',
  'error.document_missing': 'This document does not exist any more.',
  'error.document_deleted': 'This document is in the trash.',
  'error.not_ready': 'This document is still being received or checked. Try again in a moment.',
  'error.archived_offline': 'This document is in the archive. Take it out of the archive first.',
  'error.quarantined': 'This document is held back and cannot be opened.',
  'error.state_conflict': 'Someone else has changed this document meanwhile. Have another look at it.',
  'error.revision_conflict': 'Someone else has changed this document meanwhile. Have another look at it.',
  'error.invalid_input': 'The document store does not take this: {detail}',
  'error.unknown_document_type':
    'There is no such type of document any more. Reload the page and choose another.',
  'error.empty_body': 'This file is empty. Choose another one.',
  'error.too_large': 'This file is too large: at most {limit} is accepted. Make it smaller or split it.',
  'error.too_large_here':
    'This file is too large for the way to the document store. Make it smaller or split it.',
  'error.too_slow': 'The connection was too slow to send this file. Try again on a better one.',
  'error.upload_taken_over':
    'This upload was taken up in another window or on another device. Try again to go on with it here.',
  'error.upload_ended':
    'What was sent of this file was given up meanwhile. Try again to send it from the beginning.',
  'error.upload_lost':
    'What was sent of this file is not there any more. Try again to send it from the beginning.',
  'error.length_mismatch': 'This file changed while it was sent. Choose it again.',
  'error.type_refused':
    'This file is {detected}; accepted are {accepted}. Choose another file or save it in one of these formats.',
  'error.type_refused_unknown':
    'This kind of file is not accepted; accepted are {accepted}. Choose another file or save it in one of these formats.',
  'error.store_unavailable': 'Documents can’t be stored or opened right now. Please try again in a moment.',
  'error.records_unavailable': 'The document store is not available right now. Please try again in a moment.',
  'error.busy': 'The document store is busy. Please try again in a moment.',
  'error.internal': 'The document store has met a fault of its own. Please try again.',
} as const;
