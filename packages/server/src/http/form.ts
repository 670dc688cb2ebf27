import type { IncomingBody } from '../documents/documents-port.ts';
import { invalidForm } from './form-error.ts';
import { epilogueLimit, FormFile } from './form-file.ts';
import { type FormHead, readFormHead } from './form-head.ts';
import type { Intake } from './intake.ts';
import { taken } from './raw-body.ts';

export interface IncomingForm extends Pick<FormHead, 'fields' | 'file'> {
  readonly body: IncomingBody;
}

/**
 * A form whose last part is the document (RFC 7578). Its fields are read here, its file when the rules open it.
 * The file's length is its part's own Content-Length; else, where the request's is known, it is known to within what
 * may follow the closing boundary. Raises `invalid_form` and what the intake raises.
 */
export async function readForm(intake: Intake, contentType: string): Promise<IncomingForm> {
  const boundary = boundaryOf(contentType);
  const { fields, file, rest, length } = await readFormHead(intake, boundary);
  const { declared } = intake;
  const closing = `\r\n--${boundary}--`.length;
  const atMost = declared === null ? null : Math.max(0, declared - length - closing);
  const atLeast = atMost === null ? null : Math.max(0, atMost - epilogueLimit);
  return {
    fields,
    file,
    body: {
      size: file.size,
      atLeast: file.size === null ? atLeast : null,
      declared,
      ...taken(new FormFile(intake, boundary, file.size, rest), atMost),
    },
  };
}

/** RFC 2046 §5.1.1: 1 to 70 characters. */
function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? '';
  if (boundary === '' || boundary.length > 70) {
    throw invalidForm(
      'The Content-Type names no boundary of 1 to 70 characters. Let your HTTP client set it, and set none yourself.',
    );
  }
  return boundary;
}
