// SPDX-License-Identifier: MIT
//
// A process that is asked and answers: its own half (the parent's is helper.mjs). It ends with its parent.

/** `answers` are functions by name; what one gives is the answer. */
export function answer(answers) {
  process.on('message', async ({ id, ask, input }) => {
    try {
      process.send({ id, answer: (await answers[ask](input)) ?? null });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  process.on('disconnect', () => process.exit());
}
