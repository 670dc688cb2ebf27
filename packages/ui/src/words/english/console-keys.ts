/** What the console says of API keys. */
export const consoleKeys = {
  'console.keys.text':
    'Whoever calls the service shows a key. Give each app a key of its own, made for what it does and nothing else.',
  'console.keys.new': 'New key',
  'console.keys.none': 'No key is kept here. The service takes the one that is set as STRONGROOM_API_KEY.',
  'console.keys.current': 'Your session',
  'console.keys.created': 'made {date}',
  'console.keys.revoked': 'Revoked {date}',
  'console.keys.only': 'Records “{prefix}…” only',
  'console.keys.revoke': 'Revoke',
  'console.keys.revoke_named': 'Revoke {name}',
  'console.keys.revoke.title': 'Revoke “{name}”?',
  'console.keys.revoke.text':
    'It stops working within seconds on every server, and with it the sessions and grants that were made by it. This can’t be undone.',
  'console.keys.revoke.own':
    'You are signed in by this very key: you will be signed out, and need another one to come back.',
  'console.keys.show_revoked': { one: 'Show {count} revoked key', other: 'Show {count} revoked keys' },
  'console.keys.hide_revoked': 'Hide revoked keys',

  'console.keys.name': 'Name',
  'console.keys.name_example': 'Intake app, production',
  'console.keys.scopes': 'What it may do',
  'console.keys.no_scope': 'Choose what the key may do.',
  'console.keys.prefix': 'Only records that begin with',
  'console.keys.prefix_example': 'Any record',
  'console.keys.prefix.hint': 'Optional. To the key, other records do not exist.',
  'console.keys.make': 'Make key',
  'console.keys.made': 'The key “{name}”',
  'console.keys.key': 'the key',
  'console.keys.once':
    'It is shown this once and is not kept in a form that can be shown again. Copy it now.',
  'console.keys.kept': 'I have it',

  'console.scope.all': 'Everything',
  'console.scope.all.hint': 'All of these, and what later versions add.',
  'console.scope.documents:read': 'List, open and link documents',
  'console.scope.documents:write': 'Upload, change, archive and restore',
  'console.scope.documents:delete': 'Delete documents',
  'console.scope.grants:create': 'Hand out grants to browsers',
  'console.scope.storage:read': 'See the storage settings',
  'console.scope.storage:check': 'Run the storage checks',
  'console.scope.keys:manage': 'Make and revoke keys',
  'console.scope.metrics:read': 'Read the metrics',
} as const;
