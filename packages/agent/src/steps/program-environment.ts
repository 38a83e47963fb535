import type { Paths } from '../platform/platform.ts';

/** What a scenario's variables cannot change: they would change what other programs do, not what they are told. */
const reserved =
  /^(PATH|HOME|USER|SHELL|IFS|ENV|BASH_ENV|LANG|LC_.*|LD_.*|DEBIAN_FRONTEND|TENKAI_.*|NODE_.*)$/;

/**
 * The environment of a program: a plain one, in which the scenario's variables stand. A shell finds them there by
 * itself, so that no value can ever become a part of a command.
 */
export function programEnvironment(
  paths: Paths,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const environment = paths.environment();
  // On Windows `path` is `PATH`.
  const taken = new Set(Object.keys(environment).map((name) => name.toUpperCase()));
  const usable = Object.entries(variables).filter(
    ([name, value]) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) &&
      !reserved.test(name) &&
      !taken.has(name.toUpperCase()) &&
      !value.includes('\0'),
  );
  return { ...Object.fromEntries(usable), ...environment };
}
