/** Null when the connection broke before the whole answer was here. */
export async function unlessBroken<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== undefined && broken.has(code)) return null;
    throw error;
  }
}

const broken = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
]);
