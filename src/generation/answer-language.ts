/** A language that prompts and set phrases exist in. */
export type AnswerLanguage = 'en' | 'zh';

/** Chinese when a fifth of the letters are Chinese characters: questions name English terms. */
export function languageOf(text: string): AnswerLanguage {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const chinese = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return chinese > 0 && chinese * 5 >= letters ? 'zh' : 'en';
}
