import { propertyRefusal } from '@tenkai/domain/assignment/properties.ts';
import { type PushProperty, propertyLine, readPushProperties } from '@tenkai/domain/push/push-properties.ts';
import type { Command } from 'commander';

/** What the agent gets with its installation (AGENT-16). */
export interface PropertyOptions {
  readonly property?: readonly string[];
  readonly managementPoint?: string;
}

const several = (value: string, before: string[] = []) => [...before, value];

export const withProperties = (command: Command): Command =>
  command
    .option(
      '--property <NAME=VALUE>',
      "for the agent, before the site's default, such as FSP=fsp.example; once for each; NAME= takes it away",
      several,
    )
    .option(
      '--management-point <url>',
      "address of the site as the machines see it: MP=url (default: the site's default, else the site itself)",
    );

/** In one spelling for both options. @throws Failure properties-invalid, with each problem */
export function wordsOf({ property = [], managementPoint }: PropertyOptions): string[] {
  const words = [...property, ...(managementPoint === undefined ? [] : [`MP=${managementPoint}`])];
  const { problems } = readPushProperties(words);
  if (problems.length > 0) throw propertyRefusal(problems);
  return words;
}

/** As people read them: what was given, and by whose word. */
export const propertyText = (properties: readonly PushProperty[]) =>
  properties.map((one) => `${propertyLine([one])} (${one.origin})`).join(', ');
