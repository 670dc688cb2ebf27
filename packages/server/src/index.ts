/** What an app gets from the package: docs/in-your-app.md. */
export { createStrongroom, type Started, type Strongroom, type StrongroomOptions } from './compose.ts';
export { StartError } from './errors.ts';
export type { StrongroomConfig } from './settings/config-file.ts';
export { readSettings, type Settings } from './settings.ts';
