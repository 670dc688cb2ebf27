import type { CSSResult } from 'lit';
import { base } from './base.ts';
import { buttons } from './buttons.ts';
import { notices } from './notices.ts';
import { tokens } from './tokens.ts';

/** The sheets that every element takes, before its own. */
export const theme: readonly CSSResult[] = [tokens, base, buttons, notices];
