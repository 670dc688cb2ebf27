import { listedStates, type State, searchableStates } from '../../packages/server/src/documents/document.ts';
import type {
  Filter,
  Page,
  Search,
  SearchPosition,
} from '../../packages/server/src/records/document-records.ts';
import type { Half } from '../../packages/server/src/records/search-query.ts';
import { aType, idAt, largeRecord, largestSize, smallRecord, timeOfFirst, timeOfLast } from './rows.ts';

/** A list that the API offers, and where in it the page begins. */
export interface Listing {
  readonly scope: string;
  readonly sort: string;
  /** What else was asked for. */
  readonly how: string;
  readonly filter: Filter;
  readonly page: Page;
  /** In the place of filter and order: what is searched for, and in which half of the search the page lies. */
  readonly search?: { readonly half: Half; readonly wanted: Search; readonly after: SearchPosition | null };
}

const scopes: Readonly<Record<string, Filter>> = {
  all: {},
  type: { type: aType },
  record: { recordId: largeRecord },
  'record, type': { recordId: largeRecord, type: aType },
  'small record': { recordId: smallRecord },
};

const stateLists: Readonly<Record<string, readonly State[] | undefined>> = {
  listed: listedStates,
  'every state': undefined,
  available: ['available'],
};

/** Shares of the list that lie before the page. */
const places = [0, 0.5, 0.8];

/** Every offered filter and sort, with and without bounds in time, from the first page on and from deep pages. */
export function* listings(): Generator<Listing> {
  for (const [scope, filter] of Object.entries(scopes)) {
    for (const [stated, states] of Object.entries(stateLists)) {
      const of = { ...filter, ...(states && { states }) };
      for (const place of scope === 'small record' ? [0] : places) {
        for (const descending of [true, false]) {
          const sort = { by: 'createdAt', descending } as const;
          const name = `${descending ? '-' : ''}createdAt`;
          // A small record is one week's work: it lies in no half of the year.
          for (const half of scope === 'small record' ? [false] : [false, true]) {
            const how = `${stated}, ${half ? 'half the time, ' : ''}from ${place * 100} %`;
            yield {
              scope,
              sort: name,
              how,
              filter: { ...of, ...(half && bounds) },
              page: from(place, sort, half),
            };
          }
        }
        if (filter.recordId === undefined) continue;
        for (const by of ['filename', 'size'] as const) {
          const how = `${stated}, from ${place * 100} %`;
          yield { scope, sort: by, how, filter: of, page: from(place, { by, descending: false }, false) };
        }
      }
    }
  }
}

/** A sixteenth of all names begin with one hex digit; the records of cases with `case-1`. */
export function* searches(): Generator<Listing> {
  const page: Page = { sort: { by: 'createdAt', descending: false }, limit: 50 };
  for (const [stated, states] of [
    ['listed', listedStates],
    ['every state', searchableStates],
  ] as const)
    for (const [scope, filter] of Object.entries({
      'search: all': {},
      'search: type': { type: aType },
      'search: record': { recordId: largeRecord },
    }))
      for (const middle of [false, true]) {
        const id = idAt(timeOfFirst);
        const name: SearchPosition = { by: 'name', value: 'a8', at: null, id };
        const wanted: Search = { prefix: 'a', states, ...filter };
        const how = `${stated}, from ${middle ? 50 : 0} %`;
        const of = { scope, how, filter, page };
        yield { ...of, sort: 'name', search: { half: 'name', wanted, after: middle ? name : null } };
        if (scope === 'search: record') continue;
        const record: SearchPosition = { by: 'record', value: 'case-15', at: timeOfFirst, id };
        const records: Search = { ...wanted, prefix: 'case-1' };
        yield {
          ...of,
          sort: 'record',
          search: { half: 'record', wanted: records, after: middle ? record : null },
        };
      }
}

const span = timeOfLast - timeOfFirst;
/** The middle half of the year. */
const bounds = {
  createdAfter: new Date(timeOfFirst + span / 4),
  createdBefore: new Date(timeOfLast - span / 4),
};

/** The page at that place of the list. Values are even in time, name and size, so the place is known without a look. */
function from(place: number, sort: Page['sort'], half: boolean): Page {
  if (place === 0) return { sort, limit: 50 };
  const [first, length] = half ? [timeOfFirst + span / 4, span / 2] : [timeOfFirst, span];
  const time = Math.floor(first + length * (sort.descending ? 1 - place : place));
  const values = {
    createdAt: time,
    filename: Math.floor(place * 2 ** 48)
      .toString(16)
      .padStart(12, '0'),
    size: Math.floor(largestSize * place),
  };
  return { sort, limit: 50, after: { value: values[sort.by], id: idAt(time) } };
}
