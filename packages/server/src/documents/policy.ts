import { StrongroomError } from '../errors.ts';

/** A document type: what may be handed in under it, and how it goes. */
export interface DocumentType {
  /** At most 64 characters. */
  readonly id: string;
  readonly label: string;
  /** Content types that are accepted. */
  readonly accept: readonly string[];
  /** Bytes; null: only MAX_UPLOAD_SIZE limits it. */
  readonly maxSize: number | null;
  /** Milliseconds in the trash; 0: gone at once. */
  readonly trashFor: number;
}

/** What may be uploaded: the configured document types and the overall limit. */
export class Policy {
  readonly types: readonly DocumentType[];
  readonly maxUploadSize: number;

  constructor(types: readonly DocumentType[], maxUploadSize: number) {
    this.types = types;
    this.maxUploadSize = maxUploadSize;
  }

  /** Raises `unknown_document_type`. */
  type(id: string): DocumentType {
    const found = this.types.find((type) => type.id === id);
    if (!found)
      throw new StrongroomError('unknown_document_type', {
        documentType: id,
        known: this.types.map((type) => type.id),
      });
    return found;
  }

  /** Bytes that one document of this type may have. */
  limit(type: DocumentType): number {
    return Math.min(type.maxSize ?? Number.POSITIVE_INFINITY, this.maxUploadSize);
  }
}
