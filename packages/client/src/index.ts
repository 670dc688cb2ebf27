export { StrongroomError } from './errors.ts';
