import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * The scripts of the pages, each a classic script in one file: pages opened as files cannot import modules. Two, so that a
 * page loads the small one and the search only when it is wanted.
 */
export async function bundleScripts(templates: string): Promise<Map<string, string>> {
  const scripts = new Map<string, string>();
  for (const name of ['site', 'search']) {
    const bundle = await rolldown({
      input: join(templates, 'client', `${name}.ts`),
      logLevel: 'silent',
    });
    const { output } = await bundle.generate({ format: 'iife', minify: true, name: `course_${name}` });
    await bundle.close();
    scripts.set(`${name}.js`, `${output[0].code.trim()}\n`);
  }
  return scripts;
}
