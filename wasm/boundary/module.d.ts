// SPDX-License-Identifier: MIT
//
// The whole surface between JavaScript and the C++ core, for both modules built from it: `core` (the client's half)
// and `hub` (the server's half). Rules:
//   - C++ never calls JavaScript. Every call may fill the frame; drain() hands it over and empties it.
//   - Methods of Client and Hub are Embind: for what is rare. Functions with a leading underscore are raw exports with
//     integers and pointers: for what is hot. `self` is `pointer()` of the object.
//   - Bytes go in through `_ablo_input(self, length)`: it gives a place in memory to write to, valid until the next call.
//   - A pointer that comes out is valid until the next call, and any call may grow the memory: read HEAPU8, HEAPU32 and
//     HEAPF64 anew after it, and copy out before the next one.
//   - Text that is JSON on success is `{"error": {code, message, ...}}` on failure.
//   - `now` is milliseconds since 1970: the core has no clock.

export interface CoreMemory {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  HEAPF64: Float64Array;
}

export interface CoreModule extends CoreMemory {
  Client: { new (options: string): Client };

  _ablo_input(self: number, length: number): number;
  /** The input is one frame from the server. */
  _ablo_receive(self: number, length: number, now: number): void;
  /**
   * The input is `{key, operations: [{op, model, id, data?, readAt?, onStale?}], readAt?, onStale?, reads?, claim?, attempt?,
   * retries?}`, applied to the view at once. The commit's number, or 0: then nothing has changed, and refusal() says why.
   */
  _ablo_commit(self: number, length: number, now: number): number;
  /** The input is one part of an image, for restoreImage(). */
  _ablo_stage(self: number, length: number): void;
  /** Pointer to 4 words: words pointer, number of words, bytes pointer, number of bytes. See Record. */
  _ablo_drain(self: number): number;
  /** The input is a row id in UTF-8. Its slot, or -1 when the view has no such row. */
  _ablo_slot(self: number, model: number, length: number): number;
  _ablo_version(self: number, model: number, slot: number): number;
  /** Pointer to the packed row: 4 words a field, in the order of models(): tag, length, and 8 bytes (see Tag). 0: no row. */
  _ablo_row(self: number, model: number, slot: number): number;
  /** Pointer to 2 words: pointer and length, in words, of what became of an open query's result (Client::edits). */
  _ablo_edits(self: number, query: number): number;
  /** How many rows an open query selects, or counts. */
  _ablo_count(self: number, query: number): number;
  /**
   * Pointer to 2 words: pointer and length of the text with that number. A number means the same text until a `forget` record
   * names it. It moves nothing: what another call gave stays valid over it.
   */
  _ablo_string(self: number, string: number): number;
  /** The seq up to which this client has seen everything; -1 before the first connection. */
  _ablo_cursor(self: number): number;
}

export interface Client {
  pointer(): number;
  delete(): void;

  /** The schema's document. `{"hash"}` or an error. */
  defineSchema(document: string): string;
  /** `[{"key", "fields": [{"name", "type", "dateAsText"?}]}]`: models and fields in the order of their numbers. */
  models(): string;

  // The session. Effects come out of drain().
  start(now: number): void;
  opened(now: number): void;
  closed(code: number, reason: string, now: number): void;
  tokenReady(now: number): void;
  /** With a code there will be none until somebody does something about it; without (`''`) it is tried again. */
  tokenFailed(code: string, message: string, now: number): void;
  /** There is another credential: the token of the last one is not used again. */
  tokenChanged(now: number): void;
  tick(now: number): void;
  /** The network came back, or somebody asks to try now. */
  nudge(now: number): void;
  stop(now: number): void;
  /**
   * `{state, error?, cursor, epoch, organization, actor, pending, resumes, loaded, failures, offlineSince?}`. state is idle,
   * authorizing, connecting, greeting, loading, live, waiting, refused or stopped (session/session.h).
   */
  status(): string;

  /** Why the last _ablo_commit() gave 0: `{"error"}`. */
  refusal(): string;

  // Reads.
  /**
   * Query: `{model, where?, orderBy?, limit?, offset?, state?, count?}`. `{"request"}`, 0 when this client has it all already; the same
   * number for a query that somebody asks already.
   */
  load(query: string, now: number): string;
  /** `{"query": number, "model": number}`; the same number for the same query, counted. */
  openQuery(query: string): string;
  closeQuery(query: number): void;

  // The image: what is confirmed, in parts, to begin with at the next start.
  /** The parts that changed since the last time: `{manifest, parts: [[place, pointer, length]]}`, length 0: nothing is there any more. */
  saveImage(): string;
  /** Before the first connection, all or nothing, of the parts that were staged. `{}` or `image_damaged`, `schema_mismatch`. */
  restoreImage(manifest: string): string;

  // Coordination.
  /**
   * `{claim, model, id, ttl, action, description?, fields?, meta?, wait, maxQueueDepth?, timeout?}`, ttl and timeout in ms.
   * `{"request"}`. After the timeout it leaves the line and is refused: `grant_timeout`.
   */
  claim(claim: string, now: number): string;
  /** Gives a claim back when the writes under it have settled. `{"request"}`, 0 when there is nothing to give back. */
  release(claim: string, now: number): string;
  /** `{model, id, order: [claim id]}`: `{"request"}`. */
  reorder(order: string, now: number): string;
  /**
   * `{model?, id? or ids?, field?, others?}`: an array of claims, who holds them first, then who waits, in order. `others`: not
   * this client's own.
   */
  intents(filter: string): string;
  /**
   * The same, with `timeout?` in ms and `ifClaimed?`, `wait` or `fail`: `{"request"}`, answered when nobody holds any of it; 0 when
   * nobody does; or `entity_claimed`.
   */
  awaitFree(filter: string, now: number): string;
  /** One of these that nobody waits for any more. */
  closeRequest(request: number): void;
  /** `{reads: [{model, id} | {query: text}]}`: `{"snapshot": number, "stamp": seq}` */
  snapshot(captured: string): string;
  followSnapshot(snapshot: number, follows: number): void;
  closeSnapshot(snapshot: number): void;
}

/** Records of a client's frame: the kind's word, then these words. Text is an (offset, length) into the frame's bytes. */
export const enum Record {
  row = 1, //       model, slot, version, string number of the id
  query = 2, //     query, version
  claims = 3, //    model, string number of the row's id
  settled = 4, //   commit, outcome (1 confirmed, 2 rejected, 3 unknown: nobody should wait any longer, it may settle yet, 4 outdated:
  //                to be made anew), 2 words of a double: seq, offset, length: error, notifications, or {attempt, retries}
  answered = 5, //  request, outcome (1 answered, 2 refused), offset, length: the answer
  status = 6, //    nothing: ask status()
  send = 7, //      offset, length: a frame for the socket
  connect = 8, //   nothing: open a socket
  disconnect = 9, // code
  wake = 10, //     2 words of a double: call tick() at this time; it is earlier than the wake before, and replaces it
  token = 11, //    nothing: get a token, then tokenReady() or tokenFailed()
  premise = 12, //  snapshot, severity (1 semantic, 2 metadata), model, string number of the row's id
  warning = 13, //  offset, length: a line for the logger
  forget = 14, //   a string number: from now on it may mean other text
  lost = 15, //     offset, length: the id of a claim that was held, and is over before it was given back
  model = 16, //    model: any of its rows may have changed
}

/** Tags of a packed row's fields. */
export const enum Tag {
  absent = 0,
  no = 1,
  yes = 2,
  number = 3, //   the 8 bytes are a double
  date = 4, //     a double: microseconds since 1970
  interned = 5, // the first word is a string number
  text = 6, //     the first word is a pointer, `length` its bytes
  json = 7, //     likewise: JSON text
}

export interface HubModule extends CoreMemory {
  /** The limits by name, those of HubLimits (hub.h); what is not said has no limit, or the one there. */
  Hub: { new (limits: string): Hub };
  _ablo_input(self: number, length: number): number;
  /** The input is one frame from that socket. */
  _ablo_receive(self: number, socket: number, length: number, now: number): void;
  /** The input is what the database answered to that request: its JSON, or `{"error"}` with ok = 0. */
  _ablo_answer(self: number, request: number, ok: number, length: number, now: number): void;
  _ablo_drain(self: number): number;
}

export interface Hub {
  pointer(): number;
  delete(): void;
  /** The schema in force. `{"hash"}` or an error, and then the one before stays in force. Clients it no longer fits are told. */
  setSchema(document: string): string;
  /** A plan for a schema, before it is in force: `{"hash", "statements": [sql]}` or an error. */
  plan(document: string): string;
  /**
   * Whether somebody may come (visit 1: a socket to be opened; 2: a request) as far as limits go: `{address?, credential?,
   * organization?, actor?}`, what is known of it. `{}` or `rate_limited` with `limit` and `retryAfterSeconds`.
   */
  admit(visit: number, caller: string, now: number): string;
  /** Whether the input is JSON that may become objects: `{}` or an error. */
  checkInput(length: number): string;
  /**
   * What somebody asks about claims by HTTP: `{type, claim?, model?, id?, field?, body?}` (wasm/core/src/hub/coordinate.h). The caller is
   * an identity as of open(), and maybe the `agent` it names. `{function, input, wait?}`: a function of the database and what it
   * takes, as text, and for how many ms there is to be waited; or an error.
   */
  coordinate(caller: string, asked: string): string;
  /**
   * A socket with its identity: `{organization, actor, onBehalfOf?, credential?, groups, operations, mayNameAgent, expiresAt?,
   * address?}`. One too many is told so and closed.
   */
  open(socket: number, identity: string, now: number): void;
  closed(socket: number, now: number): void;
  /** `{organization: seq}` as the database has them: whoever is behind is brought up to it. */
  heads(heads: string, now: number): void;
  /** The same, as another server says. */
  hear(heads: string, now: number): void;
  /** Organizations with at least one socket, as a JSON array. */
  organizations(): string;
  tick(now: number): void;
  /** No new frames are taken; sockets are told to come back later. */
  retire(now: number): void;
  /** `{sockets, commits, rejections, batches, resumes, inFlight}` */
  statistics(): string;
  /**
   * These and `{loads, givenUp, queued, waitingCalls, behind, organizations}`, counts by name `{rejected, refused, limited}`, and
   * histograms `{bounds, counts, sum}`: `{batchSizes, commitTimes, publishTimes}`, times in ms.
   */
  metrics(): string;
}

/** Records of a hub's frame. Text is an (offset, length) into the frame's bytes. */
export const enum HubRecord {
  send = 1, //  opcode (1 text, 2 binary), number of sockets n, offset, length, then n sockets: the same bytes to each, in this
  //            order of records
  call = 2, //  request, then three texts: function, organization, input (docs/internals/database.md)
  close = 3, // socket, code, offset, length: reason. After what was sent before it
  wake = 4, //  2 words of a double: call tick() at this time
  log = 5, //   offset, length: one JSON object for the log
  hint = 6, //  2 words of a double: seq, then a text: organization. Its log has grown to there: for other servers
}
