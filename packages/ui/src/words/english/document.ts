/** What `<strongroom-document>` says. */
export const document = {} as const;
