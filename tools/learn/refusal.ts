/** A sentence for the learner, and nothing else. */
export class LearnRefusal extends Error {
  override readonly name = 'LearnRefusal';
}
