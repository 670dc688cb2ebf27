import type { Part } from '../objects/resumable-objects.ts';

/** How a body is cut: every part but the last has `partSize` bytes. */
export interface Cut {
  readonly size: number;
  readonly partSize: number;
}

export function partCount({ size, partSize }: Cut): number {
  return Math.ceil(size / partSize);
}

/** Where the part with this number, from 1, begins, and its bytes. */
export function partAt({ size, partSize }: Cut, number: number): { offset: number; size: number } {
  const offset = (number - 1) * partSize;
  return { offset, size: Math.min(partSize, size - offset) };
}

/** Of what the store lists, the parts that are what they should be, by number. */
export function arrived(cut: Cut, listed: readonly Part[]): Part[] {
  const count = partCount(cut);
  return listed.filter(({ number, size }) => number <= count && size === partAt(cut, number).size);
}

/** The numbers of the first parts that are not among those that arrived, at most `most` of them. */
export function missing(cut: Cut, parts: readonly Pick<Part, 'number'>[], most: number): number[] {
  const there = new Set(parts.map(({ number }) => number));
  const numbers: number[] = [];
  for (let number = 1; number <= partCount(cut) && numbers.length < most; number++)
    if (!there.has(number)) numbers.push(number);
  return numbers;
}
