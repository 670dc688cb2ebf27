/** What the console says beyond its elements. */
export const consoleWords = {} as const;
