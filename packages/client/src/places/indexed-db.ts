import type { UploadPlace, UploadPlaces } from './upload-places.ts';

const database = 'strongroom';
const store = 'uploads';
/** Milliseconds. A browser whose store does not answer holds up no upload. */
const patience = 5_000;

/** Where the pages of one origin keep the places of their uploads. */
export const indexedDbPlaces: UploadPlaces = {
  get: (fingerprint) => inStore('readonly', (places) => places.get(fingerprint)),
  set: (place) => inStore('readwrite', (places) => places.put(place)).then(() => {}),
  delete: (fingerprint) => inStore('readwrite', (places) => places.delete(fingerprint)),
  list: () => inStore<UploadPlace[]>('readonly', (places) => places.getAll()),
};

/** Opened for each call: one that stays open would hold up another version of the client in another tab. */
async function inStore<T>(
  mode: IDBTransactionMode,
  act: (places: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const db = await opened();
  try {
    const transaction = db.transaction(store, mode);
    const answer = act(transaction.objectStore(store));
    return await new Promise<T>((resolve, reject) => {
      transaction.oncomplete = () => resolve(answer.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error(`silent for ${patience} ms`));
    }, patience);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: 'fingerprint' });
    request.onsuccess = () => {
      clearTimeout(timer);
      if (late) request.result.close();
      else resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    // An older version is open elsewhere and does not make way.
    request.onblocked = () => reject(new Error('blocked'));
  });
}
