import { nearest } from '../../../../api/nearest.ts';
import { builtins } from './builtins.ts';
import { cases } from './cases.ts';
import { collections } from './collections.ts';
import { dates } from './dates.ts';
import { type FunctionTable, list, whole } from './function.ts';
import { numbers } from './numbers.ts';
import { paths } from './paths.ts';
import { texts } from './texts.ts';
import { urls } from './urls.ts';

/** Every function that a template may call. */
export const functions: FunctionTable = {
  ...builtins,
  ...texts,
  ...cases,
  ...paths,
  ...urls,
  ...numbers,
  ...collections,
  ...dates,
  slice: { least: 1, most: 4, call: (args, context) => slice(args, context) },
  mustSlice: { least: 1, most: 4, call: (args, context) => slice(args, context) },
  and: { least: 1, most: Number.POSITIVE_INFINITY, call: () => null }, // the executor's own
  or: { least: 1, most: Number.POSITIVE_INFINITY, call: () => null },
};

/** sprig's `slice`, which takes lists only, stands before the language's own. */
const slice: FunctionTable[string]['call'] = ([of, ...bounds]) => {
  const items = list(of, 'slice');
  const [from = 0, to = items.length] = bounds.map(whole);
  return items.slice(from, to);
};

const why: readonly (readonly [RegExp, string])[] = [
  [/^(env|expandenv)$/, 'it would read the environment of the controller; put the value into the Secret'],
  [/^getHostByName$/, 'a template does not reach the network'],
  [
    /^(rand|shuffle|uuidv4)/,
    'the same event must render the same message, so there is no chance in templates',
  ],
  [
    /^(gen|buildCustomCert|derivePassword|encryptAES|decryptAES|bcrypt|htpasswd)/,
    'messages need no cryptography; render the value beforehand and put it into the Secret',
  ],
  [/^semver/, 'versions are not compared in messages; compare them in the trigger'],
];

/** Why a function cannot be called; undefined when it can. */
export function refusal(name: string): string | undefined {
  if (Object.hasOwn(functions, name)) return undefined;
  const reason = why.find(([pattern]) => pattern.test(name))?.[1];
  if (reason !== undefined) return `function "${name}" is not available: ${reason}`;
  const close = nearest(name, Object.keys(functions));
  const hint =
    close === undefined ? 'docs/notifications.md lists the functions there are' : `did you mean "${close}"?`;
  return `function "${name}" not defined; ${hint}`;
}
