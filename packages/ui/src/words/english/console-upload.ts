/** What the console says where documents are handed in. */
export const consoleUpload = {
  'console.welcome': 'Store your first document',
  'console.welcome.text':
    'Nothing is stored here yet. Choose a file, say what it belongs to, and it is kept.',

  'console.upload.title': 'Upload a document',
  'console.upload.text':
    'It is stored under its record, and counts as stored only when every byte has arrived.',
  'console.type.choose': 'Choose…',
  'console.type.hint': 'Decides which files are accepted, and for how long.',
  'console.file': 'File',
  'console.file.missing': 'Choose a file first.',
  'console.drop': 'Drop a file here, or paste it',
  'console.browse': 'Choose a file…',
  'console.drop.remove': 'Take another file',
  'console.rules': '{kinds}, up to {size}',
  'console.rules.choose': 'Which files are accepted depends on the document type.',
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
  'console.sending': '{sent} of {total} sent',
  'console.sending.spoken': 'Sending: {percent}',
  'console.sending.settling': 'Sent; waiting until it is stored',

  'console.stored': 'The document is stored',
  'console.stored.content': 'Content',
  'console.stored.path': 'Stored at',
  'console.stored.open': 'Open the document',
  'console.stored.list': 'See all documents',
  'console.stored.another': 'Upload another',
} as const;
