/** `node packages/server/test/faults/matrix/write-page.ts` puts the fault matrix into docs/operating.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withMatrix } from './page.ts';
import { peers } from './peers.ts';

const page = new URL('../../../../../docs/operating.md', import.meta.url);
writeFileSync(page, withMatrix(readFileSync(page, 'utf8'), peers));
