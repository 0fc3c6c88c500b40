// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/ai-sdk: a client's models as tools for the AI SDK, by the same write path as everybody's.
export { abloTools } from './tools';
export type { AbloTools } from './tools';
