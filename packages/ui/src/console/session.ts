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
    document.addEventListener('visibilitychange', () => void this.#look());
    addEventListener('focus', () => void this.#look());
    addEventListener('storage', (event) => this.#follow(event));
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
    remember(true);
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

  /** The cookie is of all tabs: out in one is out in all, and so is in. */
  #follow({ key, newValue }: StorageEvent): void {
    if (key !== note) return;
    if (newValue === null && this.#facts) this.#end(false);
    // What keeps it from being asked shows when it is signed in to here.
    else if (newValue !== null) void this.resume().catch(() => {});
  }

  #begin(facts: Facts): void {
    this.#facts = facts;
    this.#ended = false;
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

  /** Looks again when the session's time has come by this clock, which may be wrong: not more often than once a minute. */
  #await(): void {
    clearTimeout(this.#expiry);
    const left = Date.parse(this.#facts?.expiresAt ?? '') - Date.now();
    // setTimeout takes at most 2³¹−1 ms; a session that is longer is looked at again then.
    this.#expiry = setTimeout(() => void this.#look(), Math.min(Math.max(left, 60_000), 2_147_483_647));
  }

  /** Asks the service whether the session is over, once it should be. */
  async #look(): Promise<void> {
    if (this.#facts === null) return;
    if (Date.now() >= Date.parse(this.#facts.expiresAt)) {
      await this.client.session().catch((error) => this.failed(error));
    }
    if (this.#facts !== null) this.#await();
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
    // Another value each time: others hear of a change alone.
    if (signedIn) localStorage.setItem(note, String(Date.now()));
    else localStorage.removeItem(note);
  } catch {
    // Then it is asked every time.
  }
}
