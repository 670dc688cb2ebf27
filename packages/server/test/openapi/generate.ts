/** `npm run openapi`: writes packages/server/openapi.json from the routes as they are registered. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Doors } from '../../src/http/doors.ts';
import { describeApi } from '../../src/http/openapi/description.ts';
import { createServer } from '../../src/http/server.ts';

export const file = new URL('../../openapi.json', import.meta.url);

/** The text of openapi.json as it should be. */
export async function generated(): Promise<string> {
  // Doors are registered and never opened: what stands behind them is not asked for.
  const { routes, close } = await createServer({ trustProxy: false } as unknown as Doors);
  await close();
  return `${JSON.stringify(describeApi(routes), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, await generated());
