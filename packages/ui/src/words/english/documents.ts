/** What `<strongroom-documents>` says. */
export const documents = {} as const;
