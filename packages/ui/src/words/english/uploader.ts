/** What `<strongroom-uploader>` says. */
export const uploader = {} as const;
