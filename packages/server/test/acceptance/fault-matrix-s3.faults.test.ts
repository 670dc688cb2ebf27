import { ceph } from '../faults/matrix/ceph.ts';
import { holdMatrix } from '../faults/matrix/hold.ts';

holdMatrix(ceph);
