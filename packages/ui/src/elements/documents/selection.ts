/** Which rows are selected, and from where shift reaches. */
export class Selection {
  ids: ReadonlySet<string> = new Set();
  #anchor: string | null = null;

  /** Selects or not one row; with `range`, all from the last one that was touched to this, in the order of `all`. */
  set(id: string, selected: boolean, { range, all }: { range: boolean; all: readonly string[] }): void {
    const ids = new Set(this.ids);
    for (const each of range ? this.#between(id, all) : [id]) {
      if (selected) ids.add(each);
      else ids.delete(each);
    }
    this.ids = ids;
    this.#anchor = id;
  }

  all(ids: readonly string[]): void {
    this.ids = new Set(ids);
    this.#anchor = null;
  }

  /** Forgets what is not shown any more. Whether that was anything. */
  keep(shown: readonly string[]): boolean {
    const ids = shown.filter((id) => this.ids.has(id));
    if (ids.length === this.ids.size) return false;
    this.ids = new Set(ids);
    return true;
  }

  #between(id: string, all: readonly string[]): readonly string[] {
    const from = this.#anchor === null ? -1 : all.indexOf(this.#anchor);
    const to = all.indexOf(id);
    if (from < 0) return [id];
    return all.slice(Math.min(from, to), Math.max(from, to) + 1);
  }
}
