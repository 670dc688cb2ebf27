import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Sends `100 Continue` when somebody first reads the body, and not before (RFC 9110 §10.1.1): a request that is refused
 * by its head never sends one. Node itself would say "go on" before anybody has looked at the request.
 */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const read = request._read;
  request._read = (size) => {
    request._read = read;
    if (!response.headersSent) response.writeContinue();
    read.call(request, size);
  };
}
