// SPDX-License-Identifier: MIT
//
// What the bundler (scripts/bundle.mjs) makes out of build/wasm: for each module Emscripten's glue, and the WebAssembly
// itself. Import the second with `import()`: it stays a chunk of its own.

declare module 'ablo:core-glue' {
  const create: (options: object) => Promise<import('./module').CoreModule>;
  export default create;
}
declare module 'ablo:hub-glue' {
  const create: (options: object) => Promise<import('./module').HubModule>;
  export default create;
}
declare module 'ablo:core-wasm' {
  export default function bytes(): Uint8Array<ArrayBuffer>;
}
declare module 'ablo:hub-wasm' {
  export default function bytes(): Uint8Array<ArrayBuffer>;
}
