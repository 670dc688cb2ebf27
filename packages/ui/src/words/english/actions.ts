/** What `<strongroom-actions>` says beyond the shared words. */
export const actions = {
  'actions.label': 'What can be done with {filename}',
} as const;
