import { type Session as Facts, Strongroom } from '@strongroom/client';
import { forgetAccess } from '../connection/access.ts';

/**
 * Who is signed in, and the client that speaks as them: the session's cookie and its proof against forged
 * requests go with every call by themselves.
 */
export class Session {
  readonly client = new Strongroom({ url: location.origin });
  /** Called when one has signed in or out, or the session has ended by itself. */
  onchange: () => void = () => {};
  #facts: Facts | null = null;
  #ended = false;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // Timers stand still while a computer sleeps.
    document.addEventListener('visibilitychange', () => this.#look());
    addEventListener('focus', () => this.#look());
  }

  /** Null: nobody is signed in. */
  get facts(): Facts | null {
    return this.#facts;
  }

  /** Whether there was a session, and it has ended without its reader's doing. */
  get ended(): boolean {
    return this.#ended;
  }

  may(action: string): boolean {
    return this.#facts?.actions.includes(action as Facts['actions'][number]) ?? false;
  }

  /** Goes on with the session of this browser, where there is one. Raises what kept it from asking. */
  async resume(): Promise<void> {
    if (!remembered()) return;
    try {
      this.#begin(await this.client.session());
    } catch (error) {
      if (!isOver(error)) throw error;
      this.#end(true);
    }
  }

  /** With an API key or a one-time code. Raises a StrongroomError. */
  async signIn(proof: { key: string } | { code: string }): Promise<void> {
    this.#begin(await this.client.signIn(proof));
  }

  /** Signed out is signed out here, also when the service can't be told. */
  async signOut(): Promise<void> {
    await this.client.signOut().catch(() => {});
    this.#end(false);
  }

  /** Any failure of a call: one that says that the session is over ends it here too. */
  failed(error: unknown): void {
    if (this.#facts && isOver(error)) this.#end(true);
  }

  #begin(facts: Facts): void {
    this.#facts = facts;
    this.#ended = false;
    remember(true);
    forgetAccess(this.client);
    this.#await();
    this.onchange();
  }

  #end(byItself: boolean): void {
    clearTimeout(this.#expiry);
    this.#facts = null;
    this.#ended = byItself;
    remember(false);
    forgetAccess(this.client);
    this.onchange();
  }

  #await(): void {
    clearTimeout(this.#expiry);
    const left = Date.parse(this.#facts?.expiresAt ?? '') - Date.now();
    // setTimeout takes at most 2³¹−1 ms; a session that is longer is looked at again then.
    this.#expiry = setTimeout(
      () => this.#look() || this.#await(),
      Math.min(Math.max(left, 0), 2_147_483_647),
    );
  }

  /** Whether the session's time has come; it ends then. */
  #look(): boolean {
    const over = this.#facts !== null && Date.now() >= Date.parse(this.#facts.expiresAt);
    if (over) this.#end(true);
    return over;
  }
}

function isOver(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'unauthenticated';
}

/**
 * The cookie can't be seen from here. Whether there may be one is noted beside it, so that who comes for the first time is
 * asked to sign in at once, without a call that must fail.
 */
const note = 'strongroom-session';

function remembered(): boolean {
  try {
    return localStorage.getItem(note) !== null;
  } catch {
    return true; // no storage is to be had: the service is asked
  }
}

function remember(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(note, '');
    else localStorage.removeItem(note);
  } catch {
    // Then it is asked every time.
  }
}
