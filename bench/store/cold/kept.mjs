// SPDX-License-Identifier: MIT
//
// One object store of IndexedDB, as each of the libraries here uses it.

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export async function open(name) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('kept');
  const database = await done(opening);
  return {
    get: (key) => done(database.transaction('kept').objectStore('kept').get(key)),
    all: (range) => done(database.transaction('kept').objectStore('kept').getAll(range)),
    /** Everything, or nothing; undefined removes. */
    put(entries) {
      const transaction = database.transaction('kept', 'readwrite');
      const store = transaction.objectStore('kept');
      for (const [key, value] of entries) value === undefined ? store.delete(key) : store.put(value, key);
      return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onerror = () => reject(transaction.error);
      });
    },
  };
}
