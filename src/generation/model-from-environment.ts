import { LanguageModelError } from './language-model-error.ts';
import { OpenAIModel, type OpenAIModelOptions } from './openai-model.ts';

/**
 * The model that the environment names: `OPENAI_BASE_URL` a server, `OPENAI_API_KEY` its key, `OPENAI_MODEL` the model
 * (default: the first that the server lists). Without a base URL, a key and a model together mean OpenAI's own server; a
 * key alone means nothing, so that no document leaves the machine because a key happened to be set.
 *
 * @returns nothing if the environment names none.
 * @throws LanguageModelError if the server must be asked for its models and does not answer.
 * @throws TypeError if `OPENAI_BASE_URL` is no URL.
 */
export async function modelFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  options: Omit<OpenAIModelOptions, 'baseUrl' | 'apiKey' | 'model'> & { readonly signal?: AbortSignal } = {},
): Promise<OpenAIModel | undefined> {
  const { OPENAI_BASE_URL: namedUrl, OPENAI_API_KEY: apiKey, OPENAI_MODEL: model } = env;
  if (!namedUrl && !(apiKey && model)) return undefined;
  const baseUrl = namedUrl || 'https://api.openai.com/v1';
  if (!URL.canParse(baseUrl)) {
    throw new TypeError(`OPENAI_BASE_URL must be a URL such as http://127.0.0.1:8080/v1, got '${baseUrl}'`);
  }
  const { signal, ...rest } = options;
  const settings = { ...rest, baseUrl, ...(apiKey && { apiKey }) };
  if (model) return new OpenAIModel({ ...settings, model });
  const asking = new OpenAIModel({ ...settings, model: 'not yet known' });
  const [first] = await asking.models({ signal });
  if (first === undefined) {
    throw new LanguageModelError({ kind: 'not-found', url: asking.url, model: 'any', midAnswer: false });
  }
  return new OpenAIModel({ ...settings, model: first });
}
