/** What `<strongroom-preview>` says. */
export const preview = {} as const;
