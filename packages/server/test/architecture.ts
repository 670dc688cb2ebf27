/** Reads import lines and holds them to a table of who may import whom. Paths are relative to packages/server/src. */

export interface Import {
  readonly from: string;
  /** A path like `from`'s, or the name of a package. */
  readonly to: string;
  /** `import type`: gone when the program runs. */
  readonly typeOnly: boolean;
}

export interface Rule {
  /** A file, or the beginning of the paths it is for. Of several that fit, the longest counts. */
  readonly files: string;
  /** What these may import: files, or beginnings of paths. */
  readonly may: readonly string[];
  /** What they may import types from besides. */
  readonly types?: readonly string[];
  readonly because: string;
}

/** An npm or Node module that only one part of the house may know. */
export interface ModuleRule {
  readonly module: string;
  readonly only: string;
}

const statement =
  /^(?:import|export)\s+(type\s+)?(?:(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)?)\s*from\s*'([^']+)'/gm;
const bare = /^import\s+'([^']+)'/gm;
const dynamic = /\bimport\(\s*'([^']+)'/g;
const worker = /\bnew URL\(\s*`(\.[^`$]+)\$\{extname\(import\.meta\.filename\)\}`,\s*import\.meta\.url/g;

/** Every import of the file `from`: static, re-exported, for its effect, by `import()`, and as a worker's file. */
export function importsOf(from: string, source: string): Import[] {
  const found = [...source.matchAll(statement)].map(([, type, to = '']) => ({ to, typeOnly: !!type }));
  const others = [bare, dynamic].flatMap((form) =>
    [...source.matchAll(form)].map(([, to = '']) => ({ to, typeOnly: false })),
  );
  const workers = [...source.matchAll(worker)].map(([, to]) => ({ to: `${to}.ts`, typeOnly: false }));
  return [...found, ...others, ...workers].map(({ to, typeOnly }) => ({
    from,
    to: resolve(from, to),
    typeOnly,
  }));
}

/** `to` as written in `from`, as a path of the same kind; a package's name stays. */
function resolve(from: string, to: string): string {
  return to.startsWith('.') ? new URL(to, `file:///src/${from}`).pathname.replace(/^\/(src\/)?/, '') : to;
}

const isFile = (to: string) => to.endsWith('.ts');
const fits = (path: string, beginnings: readonly string[]) => beginnings.some((b) => path.startsWith(b));

/** One line for each import that a rule forbids, with the rule's reason. */
export function broken(
  imports: readonly Import[],
  rules: readonly Rule[],
  modules: readonly ModuleRule[],
): string[] {
  return imports.flatMap(({ from, to, typeOnly }) => {
    if (!isFile(to)) {
      return modules
        .filter(({ module, only }) => fits(to, [module]) && !fits(from, [only]))
        .map(({ module, only }) => `${from} imports ${to}: only ${only}* may know ${module}`);
    }
    const rule = rules
      .filter(({ files }) => from.startsWith(files))
      .sort((a, b) => b.files.length - a.files.length)[0];
    if (rule === undefined) return [`${from} has no rule: give its room a line in the table`];
    const allowed = fits(to, rule.may) || (typeOnly && fits(to, rule.types ?? []));
    const what = typeOnly ? 'a type of ' : '';
    return allowed ? [] : [`${from} imports ${what}${to}: ${rule.because}`];
  });
}

/** Circles of files that import each other when the program runs, each as `a → b → a`. */
export function circles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly && isFile(to)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    } else if (!done.has(file)) {
      for (const to of next.get(file) ?? []) walk(to, [...path, file]);
      done.add(file);
    }
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}

/** Lines that touch the process or the console, comments aside. */
export function processLines(source: string): string[] {
  return source
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\*|\/\/)/.test(line))
    .map((line) => line.replace(/\s\/\/.*$/, ''))
    .filter((line) =>
      /\bprocess\.(?:env|exit|exitCode|argv|on|once|stdout|stderr|stdin|kill)\b|(?<![.#'"`/])\bconsole\.(?:log|info|warn|error|debug|trace|dir|table)\b|node:process/.test(
        line,
      ),
    )
    .map((line) => line.trim());
}
