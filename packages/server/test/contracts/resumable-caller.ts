import { randomUUID } from 'node:crypto';
import { StrongroomError } from '../../src/errors.ts';
import type { ObjectStore } from '../../src/objects/object-store.ts';
import type { Checkpoint, Part, ResumableTarget, Unfinished } from '../../src/objects/resumable-objects.ts';

/** What keeps the place of one upload durable, as the records do: all that a store is told when an upload goes on. */
export class ResumableCaller {
  readonly target: ResumableTarget;
  readonly checkpoints: Checkpoint[] = [];
  length: number | null;
  offset = 0;
  fence = 0;
  state: Unfinished['state'];
  readonly parts = new Map<number, Part>();

  /** `atMost`: as `begin` takes it. */
  constructor(store: ObjectStore, length: number | null, atMost: number = length ?? 0) {
    const id = randomUUID();
    this.length = length;
    this.state = store.resumable.begin(atMost);
    this.target = {
      key: `case 1/contract/${id}.pdf`,
      contentType: 'application/pdf',
      description: {
        version: 1,
        deployment: 'd1',
        id,
        recordId: 'case 1',
        type: 'contract',
        filename: 'contract.pdf',
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    };
  }

  get id(): string {
    return this.target.description.id;
  }

  /** The upload as it stands; whoever was at it before can note nothing any more. */
  taken(target: ResumableTarget | null = this.target): Unfinished {
    this.fence += 1;
    const { id, fence, offset, length } = this;
    // As JSON, as it comes out of a database.
    const state = JSON.parse(JSON.stringify(this.state));
    return { id, fence, offset, length, state, target, parts: async () => this.#parts(fence) };
  }

  note(fence: number, made: Checkpoint): void {
    this.#assertHeld(fence);
    this.checkpoints.push(made);
    this.offset = made.offset;
    this.state = made.state;
    if (made.part === null) return;
    const { number } = made.part;
    for (const later of [...this.parts.keys()].filter((other) => other > number)) this.parts.delete(later);
    this.parts.set(number, made.part);
  }

  #assertHeld(fence: number): void {
    if (fence !== this.fence) throw new StrongroomError('upload_taken_over', { id: this.id });
  }

  #parts(fence: number): Part[] {
    this.#assertHeld(fence);
    return [...this.parts.values()].sort((a, b) => a.number - b.number);
  }
}
