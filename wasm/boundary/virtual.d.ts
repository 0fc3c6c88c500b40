// SPDX-License-Identifier: MIT
//
// What the bundler (scripts/bundle.mjs) makes out of build/wasm: each module as text. Import it with `import()`: it stays a
// chunk of its own.

declare module 'ablo:core-wasm' {
  export default function bytes(): Uint8Array<ArrayBuffer>;
}
declare module 'ablo:hub-wasm' {
  export default function bytes(): Uint8Array<ArrayBuffer>;
}
