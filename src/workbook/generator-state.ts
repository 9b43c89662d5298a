import { Session, type Runtime } from 'node:inspector';

/** What V8 keeps of a generator, as its own debugger shows it. */
export interface GeneratorState {
  readonly state: 'suspended' | 'running' | 'closed';
  readonly functionName: string;
  /** The line in which it will go on, counted from the function's first, which is 1. */
  readonly line: number | undefined;
  /** The variables that it holds, with their values. */
  readonly variables: Readonly<Record<string, unknown>>;
}

const holder = Symbol.for('streaming-rag.inspected');

/**
 * Asks V8 for the internal fields of a generator object, through the inspector and without running any of its code.
 * @throws TypeError if it is none.
 */
export function generatorState(generator: object): GeneratorState {
  const session = new Session();
  session.connect();
  try {
    Object.defineProperty(globalThis, holder, { value: generator, configurable: true });
    const expression = `globalThis[Symbol.for('streaming-rag.inspected')]`;
    const { result } = ask(session, 'Runtime.evaluate', { expression }) as Runtime.EvaluateReturnType;
    const fields = internalFields(session, result.objectId);
    const state = fields.get('[[GeneratorState]]')?.value as GeneratorState['state'] | undefined;
    if (state === undefined) throw new TypeError('`generator` must be a generator object');
    const definition = fields.get('[[GeneratorFunction]]');
    const start = internalFields(session, definition?.objectId).get('[[FunctionLocation]]')?.value as Place;
    const location = fields.get('[[GeneratorLocation]]')?.value as Place;
    return {
      state,
      functionName: /function\s*\*?\s*([\w$]*)/.exec(definition?.description ?? '')?.[1] ?? '',
      line:
        state === 'closed' || start === undefined || location === undefined
          ? undefined
          : location.lineNumber - start.lineNumber + 1,
      variables: localVariables(session, fields.get('[[Scopes]]')?.objectId),
    };
  } finally {
    Reflect.deleteProperty(globalThis, holder);
    session.disconnect();
  }
}

type Place = { readonly lineNumber: number } | undefined;

/** The inspector answers at once when it is asked on its own thread. */
function ask(session: Session, method: string, parameters: object): unknown {
  let answer: unknown;
  session.post(method, parameters, (error, given) => {
    if (error !== null) throw error;
    answer = given;
  });
  return answer;
}

function properties(session: Session, objectId: string): Runtime.GetPropertiesReturnType {
  return ask(session, 'Runtime.getProperties', {
    objectId,
    ownProperties: true,
  }) as Runtime.GetPropertiesReturnType;
}

function internalFields(session: Session, objectId: string | undefined): Map<string, Runtime.RemoteObject> {
  if (objectId === undefined) return new Map();
  const { internalProperties = [] } = properties(session, objectId);
  return new Map(internalProperties.flatMap(({ name, value }) => (value ? [[name, value] as const] : [])));
}

/** The scope of the function itself is the first in the list. */
function localVariables(session: Session, scopesId: string | undefined): Record<string, unknown> {
  if (scopesId === undefined) return {};
  const variables: Record<string, unknown> = {};
  for (const { value: scope } of properties(session, scopesId).result) {
    if (scope?.objectId === undefined || !/^(Local|Block)/.test(scope.description ?? '')) continue;
    for (const { name, value } of properties(session, scope.objectId).result) {
      if (name !== 'arguments' && name !== 'this') variables[name] = value?.value ?? value?.description;
    }
  }
  return variables;
}
