/** What `<strongroom-actions>` says. */
export const actions = {} as const;
