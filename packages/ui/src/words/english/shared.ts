/** What several elements say. */
export const shared = {
  'action.cancel': 'Cancel',
  'action.close': 'Close',
  'action.retry': 'Try again',
  'action.download': 'Download',
  'action.preview': 'Preview',
  'action.archive': 'Archive',
  'action.unarchive': 'Unarchive',
  'action.delete': 'Delete',
  'action.restore': 'Restore',
  'action.undo': 'Undo',
  'action.of': '{action}: {filename}',

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
  'delete.title_for_good': 'Delete this document for good?',
  'delete.trash':
    '“{filename}” goes to the trash, and links to it stop working. It can be restored until {date}.',
  'delete.for_good': '“{filename}” is removed at once, and nobody can bring it back.',
  'delete.unknown': '“{filename}” goes to the trash; where its type has none, it is removed for good.',
  'delete.unfinished': '“{filename}” has not arrived yet. Its upload is given up, and nothing of it is kept.',
  'delete.confirm': 'Delete',

  'done.archived': '“{filename}” is in the archive.',
  'done.unarchived': '“{filename}” is out of the archive.',
  'done.trashed': '“{filename}” is in the trash until {date}.',
  'done.removed': '“{filename}” is removed.',
  'done.restored': '“{filename}” is restored.',
} as const;
