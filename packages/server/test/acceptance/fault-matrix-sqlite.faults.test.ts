import { holdMatrix } from '../faults/matrix/hold.ts';
import { sqlite } from '../faults/matrix/sqlite.ts';

holdMatrix(sqlite);
