/** What several elements say. */
export const shared = {
  'action.cancel': 'Cancel',
  'action.close': 'Close',
  'action.retry': 'Try again',
  'action.download': 'Download',
  'action.preview': 'Preview',
  'action.archive': 'Archive',
  'action.unarchive': 'Take out of the archive',
  'action.delete': 'Delete',
  'action.restore': 'Restore',

  'state.receiving': 'Arriving',
  'state.inspecting': 'Being checked',
  'state.available': 'Stored',
  'state.quarantined': 'Held back',
  'state.archived': 'Archived',
  'state.deleted': 'In the trash',
  'state.purging': 'Being removed',
  'state.purged': 'Removed',
  'state.abandoned': 'Not finished',

  'delete.title': 'Delete this document?',
  'delete.trash':
    '“{filename}” goes to the trash. It can be restored from there until it is removed for good; links to it stop working now.',
  'delete.confirm': 'Delete',
} as const;
