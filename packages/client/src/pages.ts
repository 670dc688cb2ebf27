export interface Page<T> {
  readonly items: T[];
  /** To go on from, null on the last page. */
  readonly nextCursor: string | null;
}

/** A list: iterate it for all of its items, page after page as they are wanted, or take one page. */
export interface Pages<T> extends AsyncIterable<T> {
  /** The first page, or the one that the cursor of the filter is at. */
  page(): Promise<Page<T>>;
}

/** @param read the page at a cursor; undefined: where the list begins */
export function pages<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Pages<T> {
  return {
    page: () => read(undefined),
    async *[Symbol.asyncIterator]() {
      let page = await read(undefined);
      yield* page.items;
      while (page.nextCursor !== null) {
        page = await read(page.nextCursor);
        yield* page.items;
      }
    },
  };
}
