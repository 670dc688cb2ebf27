/** What the console says where documents are handed in. */
export const consoleUpload = {
  'console.welcome': 'Store your first document',
  'console.welcome.text':
    'Nothing is stored here yet. Say what it belongs to, choose a file, and it is kept.',

  'console.upload.title': 'Upload a document',
  'console.upload.text':
    'It is stored under its record, and counts as stored only when every byte has arrived.',
  'console.upload.one': 'One file at a time: take it off the list to choose another.',
  'console.file': 'File',
  'console.metadata': 'Metadata (optional)',
  'console.metadata.hint': 'What else your app or team wants to find with it, as names with values.',
  'console.metadata.name': 'Name {number}',
  'console.metadata.name_example': 'Name',
  'console.metadata.value': 'Value {number}',
  'console.metadata.value_example': 'Value',
  'console.metadata.remove': 'Remove line {number}',
  'console.metadata.add': 'Add a line',
  'console.metadata.stored': 'Metadata',
  'console.send': 'Store document',

  'console.stored': 'The document is stored',
  'console.stored.content': 'Content',
  'console.stored.path': 'Stored at',
  'console.stored.open': 'Open the document',
  'console.stored.list': 'See all documents',
  'console.stored.another': 'Upload another',
} as const;
