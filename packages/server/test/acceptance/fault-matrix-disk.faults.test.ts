import { disk } from '../faults/matrix/disk.ts';
import { holdMatrix } from '../faults/matrix/hold.ts';

holdMatrix(disk);
