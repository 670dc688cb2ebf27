/** What `<strongroom-documents>` says. */
export const documents = {
  'documents.label': 'Documents',
  'documents.name': 'Name',
  'documents.type': 'Type',
  'documents.size': 'Size',
  'documents.date': 'Added',
  'documents.state': 'State',
  'documents.actions': 'Actions',
  'documents.no_size': '–',
  'documents.until': 'In the trash until {date}',

  'documents.sort_by': 'Sort by {column}',
  'documents.select_all': 'Select all',
  'documents.select_one': 'Select {filename}',
  'documents.record': 'Record {recordId}',
  'documents.open_one': 'Open {filename}',

  'documents.loading': 'Documents are being fetched …',
  'documents.empty': 'There are no documents yet.',
  'documents.empty_hint': 'What is uploaded shows here.',
  'documents.empty_found': 'No document fits.',
  'documents.empty_found_hint': 'Look for fewer letters, or take a filter away.',
  'documents.empty_trash': 'The trash is empty.',
  'documents.empty_trash_hint': 'Deleted documents stay here until their time is up.',
  'documents.more': 'Show more',
  'documents.said_loaded': { one: 'One document.', other: '{count} documents.' },
  'documents.said_more': { one: 'One more document.', other: '{count} more documents.' },
} as const;
