// SPDX-License-Identifier: MIT
//
// What the bundler (scripts/bundle.mjs) makes out of build/wasm: for each module Emscripten's glue, and the WebAssembly
// itself, gzipped and in base64. Import the second with `import()`: it stays a chunk of its own.

declare module 'ablo:core-glue' {
  const create: (options: object) => Promise<import('./module').CoreModule>;
  export default create;
}
declare module 'ablo:hub-glue' {
  const create: (options: object) => Promise<import('./module').HubModule>;
  export default create;
}
declare module 'ablo:core-wasm' {
  const base64: string;
  export default base64;
}
declare module 'ablo:hub-wasm' {
  const base64: string;
  export default base64;
}
