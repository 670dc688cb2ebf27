import { holdMatrix } from '../faults/matrix/hold.ts';
import { postgres } from '../faults/matrix/postgres.ts';

holdMatrix(postgres);
