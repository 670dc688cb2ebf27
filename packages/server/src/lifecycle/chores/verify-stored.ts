import type { Verifying } from '../../documents/verifying.ts';
import type { Chore } from '../lifecycle.ts';

/**
 * Takes up documents in `inspecting` that nobody sees to: whoever did has died, or they came back out of the trash. It waits for
 * none of them, since a large one would hold up the other chores.
 */
export function verifyStored(verifying: Pick<Verifying, 'takeUp'>): Chore {
  return {
    name: 'verify-stored',
    states: ['inspecting'],
    async run() {
      return { done: await verifying.takeUp(), failed: 0, more: false };
    },
  };
}
